//! Blocks, GPTs and generation in plain Rust, right and with one mistake, to try properties and golden cases on.

use judge::contract::arguments::{Array, arguments, array, tensor};
use judge::contract::random::Random;
use judge::contract::subject::Call;
use ndarray::{Axis, IxDyn, concatenate, s};
use wire::{Outcome, Tensors};

use crate::attention::inputs::{linear, product, rotated, scores, softmax};
use crate::sampling::inputs::{descending, kept, softmax as probabilities};
use crate::transformer::inputs::token_tensor;
use crate::transformer::oracle::{gelu, rms_norm};

type Answer = Result<Tensors, Outcome>;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Right,
    // Blocks.
    SecondSumFromNormalised,
    OneSumAroundBoth,
    PostNorm,
    OneNormTwice,
    Relu,
    ErfGelu,
    NotCausal,
    DropoutAlways,
    NoPerceptronDropout,
    NoAttentionDropout,
    AttentionRateOnPerceptron,
    // GPTs.
    NoFinalNorm,
    FinalNormInLoop,
    DropoutBeforePositions,
    NoEmbeddingDropout,
    PositionsDespiteRotation,
    PositionsFromOne,
    Softmax,
    TiedHead,
    LayersReversed,
    // Generation.
    NotCropped,
    FirstTokensKept,
    DropoutWhileGenerating,
    PromptLost,
    OneTokenTooMany,
    LikelyWithoutTemperature,
    GreedyAlways,
    SameDrawEachTime,
}

use Variant::*;

/// `decoder_block`, written this way.
pub(crate) fn block_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let mut model = Model::new(way, call);
        let input = array(&call.arguments["input"]);
        model.check_length(input.shape()[1])?;
        Ok(arguments([("output", tensor(&model.block(&input, None)))]))
    }
}

/// `gpt_forward`, written this way.
pub(crate) fn gpt_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let mut model = Model::new(way, call);
        let tokens = array(&call.arguments["tokens"]);
        model.check_length(tokens.shape()[1])?;
        Ok(arguments([("logits", tensor(&model.logits(&tokens)))]))
    }
}

/// `generate`, written this way.
pub(crate) fn generate_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let mut model = Model::new(way, call);
        model.train = way == DropoutWhileGenerating;
        let tokens = model.continued(&array(&call.arguments["tokens"]))?;
        Ok(arguments([("tokens", token_tensor(&tokens))]))
    }
}

struct Model<'a> {
    way: Variant,
    given: &'a Tensors,
    train: bool,
    random: Random,
}

impl<'a> Model<'a> {
    fn new(way: Variant, call: &'a Call) -> Self {
        let train = call
            .arguments
            .get("train")
            .is_some_and(|train| train.item() == Some(1.0));
        let random = Random::new(call.seed as u64, "generator");
        Self {
            way,
            given: &call.arguments,
            train: train || way == DropoutAlways,
            random,
        }
    }

    fn setting(&self, name: &str) -> f64 {
        self.given[name].item().unwrap_or_default()
    }

    fn weight(&self, name: &str, layer: Option<usize>) -> Array {
        let weight = array(&self.given[name]);
        layer.map_or_else(|| weight.clone(), |layer| weight.index_axis(Axis(0), layer).to_owned())
    }

    fn check_length(&self, length: usize) -> Result<(), Outcome> {
        if length as f64 <= self.setting("block_size") {
            return Ok(());
        }
        Err(Outcome::Refused {
            reason: "too long".to_owned(),
        })
    }

    fn norm(&self, input: &Array, name: &str, layer: Option<usize>) -> Array {
        rms_norm(input, &self.weight(name, layer), self.setting("epsilon"))
    }

    fn dropout(&mut self, values: Array, rate: f64) -> Array {
        if !self.train || rate == 0.0 {
            return values;
        }
        values.mapv(|value| {
            if self.random.unit() < rate {
                0.0
            } else {
                value / (1.0 - rate)
            }
        })
    }

    fn block(&mut self, input: &Array, layer: Option<usize>) -> Array {
        let second = if self.way == OneNormTwice { "norm_1" } else { "norm_2" };
        if self.way == PostNorm {
            let attended = self.attention(input, layer);
            let stream = self.norm(&(input + &attended), "norm_1", layer);
            let sum = &stream + &self.perceptron(&stream, layer);
            return self.norm(&sum, second, layer);
        }
        let normalised = self.norm(input, "norm_1", layer);
        let attended = self.attention(&normalised, layer);
        if self.way == OneSumAroundBoth {
            let normalised = self.norm(&attended, second, layer);
            return input + &self.perceptron(&normalised, layer);
        }
        let stream = input + &attended;
        let normalised = self.norm(&stream, second, layer);
        let update = self.perceptron(&normalised, layer);
        if self.way == SecondSumFromNormalised {
            normalised + update
        } else {
            stream + update
        }
    }

    fn attention(&mut self, input: &Array, layer: Option<usize>) -> Array {
        let projected = linear(
            input,
            &self.weight("c_attn_weight", layer),
            &self.weight("c_attn_bias", layer),
        );
        let (length, width, count) = (input.shape()[1], input.shape()[2], self.setting("heads") as usize);
        let causal = self.way != NotCausal;
        let visible = Array::from_shape_fn(IxDyn(&[length, length]), |at| {
            f64::from(u8::from(!causal || at[1] <= at[0]))
        });
        let mut heads = Vec::new();
        for head in 0..count {
            let [mut query, mut key, value] = [0, 1, 2].map(|role| {
                let first = role * width + head * width / count;
                projected
                    .slice(s![.., .., first..first + width / count])
                    .to_owned()
                    .into_dyn()
            });
            if self.setting("rotary") == 1.0 {
                (query, key) = (rotated(&query, 0), rotated(&key, 0));
            }
            let rate = if self.way == NoAttentionDropout {
                0.0
            } else {
                self.setting("attention_dropout")
            };
            let weights = self.dropout(softmax(&scores(&query, &key), &visible), rate);
            heads.push(product(&weights, &value));
        }
        let views: Vec<_> = heads.iter().map(|head| head.view()).collect();
        let merged = concatenate(Axis(2), &views).expect("heads have equal shapes");
        let output = linear(
            &merged,
            &self.weight("c_proj_weight", layer),
            &self.weight("c_proj_bias", layer),
        );
        let rate = if self.way == NoAttentionDropout {
            0.0
        } else {
            self.setting("residual_dropout")
        };
        self.dropout(output, rate)
    }

    fn perceptron(&mut self, input: &Array, layer: Option<usize>) -> Array {
        let hidden = linear(
            input,
            &self.weight("mlp_fc_weight", layer),
            &self.weight("mlp_fc_bias", layer),
        );
        let hidden = hidden.mapv(match self.way {
            Relu => |value: f64| value.max(0.0),
            ErfGelu => erf_gelu,
            _ => gelu,
        });
        let output = linear(
            &hidden,
            &self.weight("mlp_proj_weight", layer),
            &self.weight("mlp_proj_bias", layer),
        );
        let rate = match self.way {
            NoPerceptronDropout => 0.0,
            AttentionRateOnPerceptron => self.setting("attention_dropout"),
            _ => self.setting("residual_dropout"),
        };
        self.dropout(output, rate)
    }

    fn embedded(&mut self, tokens: &Array) -> Array {
        let (token, position) = (
            self.weight("token_embedding", None),
            self.weight("position_embedding", None),
        );
        let positions = self.setting("rotary") == 0.0 || self.way == PositionsDespiteRotation;
        let shift = usize::from(self.way == PositionsFromOne);
        let shape = IxDyn(&[tokens.shape()[0], tokens.shape()[1], token.shape()[1]]);
        let own = Array::from_shape_fn(shape.clone(), |at| token[[tokens[[at[0], at[1]]] as usize, at[2]]]);
        let placed = Array::from_shape_fn(shape, |at| {
            let row = (at[1] + shift) % position.shape()[0];
            if positions { position[[row, at[2]]] } else { 0.0 }
        });
        let rate = if self.way == NoEmbeddingDropout {
            0.0
        } else {
            self.setting("embedding_dropout")
        };
        if self.way == DropoutBeforePositions {
            self.dropout(own, rate) + placed
        } else {
            self.dropout(own + placed, rate)
        }
    }

    fn logits(&mut self, tokens: &Array) -> Array {
        let layers = self.given["norm_1"].shape()[0];
        let mut stream = self.embedded(tokens);
        for step in 0..layers {
            let layer = if self.way == LayersReversed {
                layers - 1 - step
            } else {
                step
            };
            stream = self.block(&stream, Some(layer));
            if self.way == FinalNormInLoop {
                stream = self.norm(&stream, "final_norm", None);
            }
        }
        if self.way != NoFinalNorm && self.way != FinalNormInLoop {
            stream = self.norm(&stream, "final_norm", None);
        }
        let head = self.weight(
            if self.way == TiedHead {
                "token_embedding"
            } else {
                "head"
            },
            None,
        );
        let logits = linear(&stream, &head, &Array::zeros(IxDyn(&head.shape()[..1])));
        if self.way != Softmax {
            return logits;
        }
        let mut weights = logits;
        for mut row in weights.lanes_mut(Axis(2)) {
            let own: Vec<f64> = row.iter().copied().collect();
            row.assign(&ndarray::Array1::from_vec(probabilities(&own, 1.0)));
        }
        weights
    }

    fn continued(&mut self, prompt: &Array) -> Result<Array, Outcome> {
        let count = self.setting("count") as usize + usize::from(self.way == OneTokenTooMany);
        let block_size = self.setting("block_size") as usize;
        let fixed = self.random.unit();
        let mut sequence = prompt.clone();
        for _ in 0..count {
            let length = sequence.shape()[1];
            let window = match self.way {
                NotCropped => 0..length,
                FirstTokensKept => 0..length.min(block_size),
                _ => length.saturating_sub(block_size)..length,
            };
            self.check_length(window.len())?;
            let context = sequence.slice(s![.., window]).to_owned().into_dyn();
            let logits = self.logits(&context);
            let last = logits.index_axis(Axis(1), context.shape()[1] - 1);
            let mut next = Vec::new();
            for row in last.outer_iter() {
                let unit = if self.way == SameDrawEachTime {
                    fixed
                } else {
                    self.random.unit()
                };
                next.push(self.chosen(&row.iter().copied().collect::<Vec<_>>(), unit)? as f64);
            }
            let next = Array::from_shape_vec(IxDyn(&[next.len(), 1]), next).expect("a token per row");
            sequence = concatenate(Axis(1), &[sequence.view(), next.view()]).expect("equal batches");
        }
        let lost = if self.way == PromptLost { prompt.shape()[1] } else { 0 };
        Ok(sequence.slice(s![.., lost..]).to_owned().into_dyn())
    }

    fn chosen(&self, logits: &[f64], unit: f64) -> Result<usize, Outcome> {
        let likely = descending(logits)[0];
        let Some(p) = self.given.get("p").and_then(wire::Tensor::item) else {
            return Ok(likely);
        };
        let temperature = self.setting("temperature");
        let valid = p > 0.0 && p <= 1.0 && temperature > 0.0 && temperature.is_finite();
        if !valid {
            return Err(Outcome::Refused {
                reason: "out of range".to_owned(),
            });
        }
        if self.way == GreedyAlways {
            return Ok(likely);
        }
        let row = probabilities(
            logits,
            if self.way == LikelyWithoutTemperature {
                1.0
            } else {
                temperature
            },
        );
        let kept = kept(&row, p);
        let mass: f64 = (0..row.len())
            .filter(|&token| kept[token])
            .map(|token| row[token])
            .sum();
        let mut left = unit * mass;
        for token in (0..row.len()).filter(|&token| kept[token]) {
            left -= row[token];
            if left < 0.0 {
                return Ok(token);
            }
        }
        Ok(likely)
    }
}

/// The GELU with the error function, by its series.
fn erf_gelu(value: f64) -> f64 {
    let x = value / 2.0_f64.sqrt();
    if x.abs() > 5.0 {
        return value.max(0.0);
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        let n = f64::from(n);
        term *= -x * x / n;
        sum += term / (2.0 * n + 1.0);
    }
    value * 0.5 * (1.0 + sum * 2.0 / std::f64::consts::PI.sqrt())
}
