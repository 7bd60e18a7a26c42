//! Attention, transformers and generation over padded sequences in plain Rust, right and with one mistake, to try
//! properties and golden cases on.

use judge::contract::arguments::{Array, arguments, array, tensor};
use judge::contract::subject::Call;
use ndarray::{Axis, IxDyn, concatenate, s};
use wire::{Outcome, Tensors};

use crate::attention::inputs::linear;
use crate::sampling::inputs::{descending, softmax as probabilities};
use crate::sequences::generation_inputs::{beginning, setting};
use crate::sequences::inputs::counted;
use crate::sequences::oracle::{Transformer, exact_gelu, headed, is_token, mask};
use crate::transformer::inputs::token_tensor;
use crate::transformer::oracle::gelu as tanh_gelu;

type Answer = Result<Tensors, Outcome>;
type Values = Result<Array, Outcome>;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Right,
    // Attention.
    ScaleOfWidth,
    NoScale,
    MaskIgnored,
    MaskOfFirstRow,
    MaskTransposed,
    SoftmaxOverQueries,
    HeadsInterleaved,
    FillFinite,
    NoMaximum,
    // Transformers.
    PaddedRowsBlank,
    PaddingSeen,
    NotCausal,
    AlwaysCausal,
    CacheAfter,
    CacheIgnored,
    CachePaddingSeen,
    PositionsPastCache,
    FinalNormInLoop,
    NoFinalNorm,
    PostNorm,
    OneNormTwice,
    TanhGelu,
    Relu,
    LayersReversed,
    AnyLength,
    Softmax,
    TiedHead,
    // Generation.
    PromptReturned,
    EndIgnored,
    EndDropped,
    StopsWithFirstRow,
    PaddedWithEnd,
    GoesOnAfterEnd,
    FirstPosition,
    TemperatureIgnored,
    TemperatureMultiplied,
    SameNumberEachStep,
    CumulativeFromTheEnd,
    GreedyAlways,
}

use Variant::*;

/// `generic_self_attention`, written this way.
pub(crate) fn attention_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let given = &call.arguments;
        let mask = array(&given["mask"]).index_axis_move(Axis(1), 0);
        let weight = |name: &str| array(&given[name]);
        let output = attention(
            way,
            &array(&given["input"]),
            &mask,
            setting(given, "heads") as usize,
            &weight,
        );
        Ok(arguments([("output", tensor(&output))]))
    }
}

/// `generic_transformer`, written this way.
pub(crate) fn transformer_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let given = &call.arguments;
        let cache = given.get("cache").map(|cache| Cache {
            hidden: array(cache),
            counts: array(&given["cache_tokens"])
                .iter()
                .map(|&count| count as usize)
                .collect(),
        });
        let decoder = setting(given, "decoder") == 1.0;
        let model = Model::new(way, Transformer::only(given));
        let hidden = model.hidden(&array(&given["tokens"]), decoder, cache.as_ref())?;
        Ok(arguments([("hidden", tensor(&hidden))]))
    }
}

/// `encoder_decoder`, written this way.
pub(crate) fn encoder_decoder_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let given = &call.arguments;
        let cache = encoded(way, given, "source")?;
        let hidden = decoder(way, given).hidden(&array(&given["target"]), true, Some(&cache))?;
        let mut logits = if way == TiedHead {
            let table = array(&given["decoder_token_embedding"]);
            linear(&hidden, &table, &Array::zeros(IxDyn(&table.shape()[..1])))
        } else {
            headed(given, &hidden)
        };
        if way == Softmax {
            for mut row in logits.lanes_mut(Axis(2)) {
                let own: Vec<f64> = row.iter().copied().collect();
                row.assign(&ndarray::Array1::from_vec(probabilities(&own, 1.0)));
            }
        }
        Ok(arguments([("logits", tensor(&logits))]))
    }
}

/// `generate_sequence` or `prefix_generate`, whichever is called, written this way.
pub(crate) fn generation_as(way: Variant) -> impl FnMut(&Call) -> Answer {
    move |call| {
        let new = generated(way, &call.arguments)?;
        Ok(arguments([("new", token_tensor(&new))]))
    }
}

/// Hidden states, and how many of each row are tokens'.
struct Cache {
    hidden: Array,
    counts: Vec<usize>,
}

fn encoded(way: Variant, given: &Tensors, name: &str) -> Result<Cache, Outcome> {
    let encoder = Transformer {
        given,
        prefix: "encoder_",
    };
    let source = array(&given[name]);
    // These are mistakes of the decoder's side.
    let way = if matches!(way, NotCausal | PaddedWithEnd) {
        Right
    } else {
        way
    };
    Ok(Cache {
        hidden: Model::new(way, encoder).hidden(&source, false, None)?,
        counts: counted(&source),
    })
}

fn decoder(way: Variant, given: &Tensors) -> Model<'_> {
    let prefix = "decoder_";
    Model::new(way, Transformer { given, prefix })
}

struct Model<'a> {
    way: Variant,
    plain: Transformer<'a>,
}

impl<'a> Model<'a> {
    fn new(way: Variant, plain: Transformer<'a>) -> Self {
        Self { way, plain }
    }

    fn hidden(&self, tokens: &Array, decoder: bool, cache: Option<&Cache>) -> Values {
        let known = self.plain.tensor("position_embedding").shape()[0];
        let tokens = match tokens.shape()[1] {
            length if length > known && self.way != AnyLength => {
                let reason = "too long".to_owned();
                return Err(Outcome::Refused { reason });
            }
            length => tokens.slice(s![.., ..length.min(known)]).to_owned().into_dyn(),
        };
        let cache = cache.filter(|_| self.way != CacheIgnored || !decoder);
        let (mut stream, mask) = self.start(&tokens, decoder, cache);
        let layers = self.plain.layers();
        for step in 0..layers {
            let layer = if self.way == LayersReversed {
                layers - 1 - step
            } else {
                step
            };
            stream = self.block(&stream, &mask, layer);
            if self.way == FinalNormInLoop {
                stream = self.plain.norm(&stream, "final_norm", None);
            }
        }
        if !matches!(self.way, NoFinalNorm | FinalNormInLoop) {
            stream = self.plain.norm(&stream, "final_norm", None);
        }
        Ok(self.with_lost_cache(stream, cache.is_none() && decoder))
    }

    /// Where the cache is ignored, something of its shape stands in its place.
    fn with_lost_cache(&self, stream: Array, is_lost: bool) -> Array {
        let name = ["cache", "source", "prefix"]
            .into_iter()
            .find_map(|name| self.plain.given.get(name));
        match (self.way, name) {
            (CacheIgnored, Some(cache)) if is_lost => {
                let shape = [stream.shape()[0], cache.shape()[1], stream.shape()[2]];
                let lost = Array::zeros(IxDyn(&shape));
                concatenate(Axis(1), &[lost.view(), stream.view()]).expect("equal batches and widths")
            }
            _ => stream,
        }
    }

    fn start(&self, tokens: &Array, decoder: bool, cache: Option<&Cache>) -> (Array, Array) {
        let mut embedded = self.plain.embedded(tokens);
        let mut seen = is_token(&counted(tokens), tokens.shape()[1]);
        if self.way == PaddingSeen {
            seen = vec![vec![true; tokens.shape()[1]]; tokens.shape()[0]];
        }
        if let Some(cache) = cache {
            let cached = cache.hidden.shape()[1];
            if self.way == PositionsPastCache {
                let table = self.plain.tensor("position_embedding");
                for (at, value) in embedded.indexed_iter_mut() {
                    let moved = (at[1] + cached) % table.shape()[0];
                    *value += table[[moved, at[2]]] - table[[at[1], at[2]]];
                }
            }
            let counts = match self.way {
                CachePaddingSeen => vec![cached; cache.counts.len()],
                _ => cache.counts.clone(),
            };
            let pair = if self.way == CacheAfter {
                [embedded.view(), cache.hidden.view()]
            } else {
                [cache.hidden.view(), embedded.view()]
            };
            let joined = concatenate(Axis(1), &pair).expect("equal batches and widths");
            for (row, mut own) in seen.iter_mut().zip(is_token(&counts, cached)) {
                own.append(row);
                *row = own;
            }
            embedded = joined;
        }
        let causal = (decoder && self.way != NotCausal) || self.way == AlwaysCausal;
        let mut mask = mask(&seen, causal);
        if self.way == PaddedRowsBlank {
            for (at, value) in mask.indexed_iter_mut() {
                *value *= f64::from(u8::from(seen[at[0]][at[1]]));
            }
        }
        (embedded, mask)
    }

    fn block(&self, input: &Array, mask: &Array, layer: usize) -> Array {
        let norm = |values: &Array, name: &str| self.plain.norm(values, name, Some(layer));
        let activation = match self.way {
            TanhGelu => tanh_gelu,
            Relu => |value: f64| value.max(0.0),
            _ => exact_gelu,
        };
        let second = if self.way == OneNormTwice { "norm_1" } else { "norm_2" };
        if self.way == PostNorm {
            let stream = norm(&(input + &self.plain.attended(input, mask, layer)), "norm_1");
            return norm(
                &(&stream + &self.plain.perceptron(&stream, layer, activation)),
                "norm_2",
            );
        }
        let stream = input + &self.plain.attended(&norm(input, "norm_1"), mask, layer);
        let update = self.plain.perceptron(&norm(&stream, second), layer, activation);
        stream + update
    }
}

/// The attention layer; only its own mistakes are made here.
fn attention(way: Variant, input: &Array, mask: &Array, heads: usize, weight: &dyn Fn(&str) -> Array) -> Array {
    let project = |name: &str| {
        linear(
            input,
            &weight(&format!("{name}_weight")),
            &weight(&format!("{name}_bias")),
        )
    };
    let [query, key, value] = ["query", "key", "value"].map(project);
    let (length, width) = (input.shape()[1], input.shape()[2]);
    let dimension = width / heads;
    let channel = |head: usize, place: usize| match way {
        HeadsInterleaved => place * heads + head,
        _ => head * dimension + place,
    };
    let scale = match way {
        NoScale => 1.0,
        ScaleOfWidth => (width as f64).sqrt(),
        _ => (dimension as f64).sqrt(),
    };
    let mut merged = Array::zeros(input.raw_dim());
    for row in 0..input.shape()[0] {
        let seen = |from: usize, to: usize| match way {
            MaskIgnored => true,
            MaskOfFirstRow => mask[[0, from, to]] != 0.0,
            MaskTransposed => mask[[row, to, from]] != 0.0 || from == to,
            _ => mask[[row, from, to]] != 0.0,
        };
        for head in 0..heads {
            let score = |from: usize, to: usize| {
                let products = (0..dimension).map(|place| {
                    let channel = channel(head, place);
                    query[[row, from, channel]] * key[[row, to, channel]]
                });
                products.sum::<f64>() / scale
            };
            let weights = weights(way, length, &score, &seen);
            for from in 0..length {
                for place in 0..dimension {
                    let channel = channel(head, place);
                    let terms = (0..length).map(|to| weights[from][to] * value[[row, to, channel]]);
                    merged[[row, from, channel]] = terms.sum();
                }
            }
        }
    }
    linear(&merged, &weight("output_weight"), &weight("output_bias"))
}

fn weights(
    way: Variant,
    length: usize,
    score: &dyn Fn(usize, usize) -> f64,
    seen: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<f64>> {
    let hidden = if way == FillFinite { -1e4 } else { f64::NEG_INFINITY };
    let masked = |from: usize, to: usize| if seen(from, to) { score(from, to) } else { hidden };
    // f32 has no exponential beyond this.
    let exponential = |value: f64| if value > 88.0 { f64::INFINITY } else { value.exp() };
    let softmax = |scores: Vec<f64>| {
        let largest = if way == NoMaximum {
            0.0
        } else {
            scores.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        };
        let exponentials: Vec<f64> = scores.iter().map(|score| exponential(score - largest)).collect();
        let sum: f64 = exponentials.iter().sum();
        exponentials.into_iter().map(|value| value / sum).collect::<Vec<f64>>()
    };
    let span = 0..length;
    if way == SoftmaxOverQueries {
        let columns: Vec<Vec<f64>> = span
            .clone()
            .map(|to| softmax(span.clone().map(|from| masked(from, to)).collect()))
            .collect();
        return span
            .clone()
            .map(|from| span.clone().map(|to| columns[to][from]).collect())
            .collect();
    }
    span.clone()
        .map(|from| softmax(span.clone().map(|to| masked(from, to)).collect()))
        .collect()
}

/// The tokens that generation gives.
fn generated(way: Variant, given: &Tensors) -> Values {
    let first = beginning(given);
    let cache = match given.get("prefix") {
        Some(_) => Some(encoded(way, given, "prefix")?),
        None => None,
    };
    let (end, count) = (setting(given, "end"), setting(given, "count") as usize);
    let mut sequence = first.clone();
    let mut ended = vec![false; first.shape()[0]];
    for step in 0..count {
        let model = if cache.is_some() {
            decoder(way, given)
        } else {
            Model::new(way, Transformer::only(given))
        };
        let hidden = model.hidden(&sequence, true, cache.as_ref())?;
        let logits = headed(given, &hidden);
        let place = if way == FirstPosition { 0 } else { hidden.shape()[1] - 1 };
        let mut next = Vec::new();
        for (row, ended) in ended.iter_mut().enumerate() {
            let own: Vec<f64> = logits.slice(s![row, place, ..]).iter().copied().collect();
            let token = match (*ended, way) {
                (true, PaddedWithEnd) => end,
                (false, _) | (_, EndIgnored | GoesOnAfterEnd) => chosen(way, given, &own, step, row),
                (true, _) => -1.0,
            };
            *ended |= token == end;
            next.push(token);
        }
        let next = Array::from_shape_vec(IxDyn(&[next.len(), 1]), next).expect("a token per row");
        sequence = concatenate(Axis(1), &[sequence.view(), next.view()]).expect("equal batches");
        let stops = match way {
            EndIgnored => false,
            StopsWithFirstRow => ended.iter().any(|&ended| ended),
            _ => ended.iter().all(|&ended| ended),
        };
        if stops {
            break;
        }
    }
    if way == EndDropped {
        sequence
            .slice_mut(s![.., first.shape()[1]..])
            .mapv_inplace(|token| if token == end { -1.0 } else { token });
    }
    let kept = if way == PromptReturned { 0 } else { first.shape()[1] };
    Ok(sequence.slice(s![.., kept..]).to_owned().into_dyn())
}

fn chosen(way: Variant, given: &Tensors, logits: &[f64], step: usize, row: usize) -> f64 {
    let likely = descending(logits)[0] as f64;
    let Some(uniforms) = given.get("uniforms").filter(|_| way != GreedyAlways) else {
        return likely;
    };
    let temperature = match way {
        TemperatureIgnored => 1.0,
        TemperatureMultiplied => 1.0 / setting(given, "temperature"),
        _ => setting(given, "temperature"),
    };
    let step = if way == SameNumberEachStep { 0 } else { step };
    let number = array(uniforms)[[step, row]];
    let row = probabilities(logits, temperature);
    let mut order: Vec<usize> = (0..row.len()).collect();
    if way == CumulativeFromTheEnd {
        order.reverse();
    }
    let mut sum = 0.0;
    for &token in &order {
        sum += row[token];
        if sum > number {
            return token as f64;
        }
    }
    order.last().map_or(0.0, |&token| token as f64)
}
