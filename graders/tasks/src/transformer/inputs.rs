//! Weights, settings and sizes that the tasks over blocks share.

use judge::contract::arguments::{Array, arguments, array, tensor, with};
use judge::contract::call::arguments_in;
use judge::contract::random::{Random, integers};
use judge::contract::scenario::Scenario;
use wire::{Data, Tensor, Tensors};

/// How large a block, or a GPT, is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    pub(crate) length: usize,
    pub(crate) heads: usize,
    /// Channels per head; even where positions are rotated.
    pub(crate) dimension: usize,
    pub(crate) block_size: usize,
    pub(crate) rotary: bool,
    /// Blocks of a GPT.
    pub(crate) layers: usize,
    /// Tokens of a GPT.
    pub(crate) vocabulary: usize,
}

impl Sizes {
    /// Absolute positions, room for two tokens more than there are, two layers and seven tokens.
    pub(crate) const fn new(batch: usize, length: usize, heads: usize, dimension: usize) -> Self {
        Self {
            batch,
            length,
            heads,
            dimension,
            block_size: length + 2,
            rotary: false,
            layers: 2,
            vocabulary: 7,
        }
    }

    /// The same with rotated positions.
    pub(crate) const fn rotated(self) -> Self {
        Self { rotary: true, ..self }
    }

    /// The sizes of a property's case: `B`, `T`, `heads` and `pairs` of channels; rotated or not by its seed.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let [batch, length, heads, pairs] = ["B", "T", "heads", "pairs"].map(|name| scenario.size(name));
        let sizes = Self::new(batch, length, heads, 2 * pairs);
        if scenario.random("rotary").unit() < 0.5 {
            sizes.rotated()
        } else {
            sizes
        }
    }

    /// The embedding width.
    pub(crate) fn width(self) -> usize {
        self.heads * self.dimension
    }

    fn settings(self) -> Tensors {
        arguments([
            ("heads", Tensor::integer(self.heads as i64)),
            ("block_size", Tensor::integer(self.block_size as i64)),
            ("rotary", Tensor::flag(self.rotary)),
            ("epsilon", Tensor::real(1e-5)),
            // They make no difference outside training, and every case but those of training has them.
            ("attention_dropout", Tensor::real(0.1)),
            ("residual_dropout", Tensor::real(0.2)),
        ])
    }
}

/// Weights of a block, or of several with a leading axis; none of them zero, none of the norms one.
fn block_weights(random: &mut Random, layers: &[usize], width: usize) -> Tensors {
    let shape = |own: &[usize]| [layers, own].concat();
    arguments([
        ("norm_1", random.uniform(&shape(&[width]), 0.5, 1.5)),
        ("c_attn_weight", random.scaled(&shape(&[3 * width, width]), 0.6)),
        ("c_attn_bias", random.scaled(&shape(&[3 * width]), 0.4)),
        ("c_proj_weight", random.scaled(&shape(&[width, width]), 0.5)),
        ("c_proj_bias", random.scaled(&shape(&[width]), 0.4)),
        ("norm_2", random.uniform(&shape(&[width]), 0.5, 1.5)),
        ("mlp_fc_weight", random.scaled(&shape(&[4 * width, width]), 0.8)),
        ("mlp_fc_bias", random.scaled(&shape(&[4 * width]), 0.4)),
        ("mlp_proj_weight", random.scaled(&shape(&[width, 4 * width]), 0.4)),
        ("mlp_proj_bias", random.scaled(&shape(&[width]), 0.4)),
    ])
}

/// The arguments of `decoder_block`, outside training.
pub(crate) fn block(random: &mut Random, sizes: Sizes) -> Tensors {
    let mut given = block_weights(random, &[], sizes.width());
    given.extend(sizes.settings());
    given.insert(
        "input".to_owned(),
        random.normal(&[sizes.batch, sizes.length, sizes.width()]),
    );
    given.insert("train".to_owned(), Tensor::flag(false));
    given
}

/// The arguments of `gpt_forward`, outside training.
pub(crate) fn gpt(random: &mut Random, sizes: Sizes) -> Tensors {
    let mut given = model(random, sizes);
    given.insert(
        "tokens".to_owned(),
        tokens(random, sizes.batch, sizes.length, sizes.vocabulary),
    );
    given.insert("train".to_owned(), Tensor::flag(false));
    given
}

/// Weights and settings of a GPT.
pub(crate) fn model(random: &mut Random, sizes: Sizes) -> Tensors {
    let width = sizes.width();
    let mut given = block_weights(random, &[sizes.layers], width);
    given.extend(sizes.settings());
    given.extend(arguments([
        ("token_embedding", random.normal(&[sizes.vocabulary, width])),
        ("position_embedding", random.scaled(&[sizes.block_size, width], 0.7)),
        ("final_norm", random.uniform(&[width], 0.5, 1.5)),
        ("head", random.normal(&[sizes.vocabulary, width])),
        ("embedding_dropout", Tensor::real(0.3)),
    ]));
    given
}

/// Random tokens `[B, T]`.
pub(crate) fn tokens(random: &mut Random, batch: usize, length: usize, vocabulary: usize) -> Tensor {
    let values = (0..batch * length)
        .map(|_| random.integer(0, vocabulary as i64))
        .collect();
    integers(&[batch, length], values)
}

/// Token ids as they cross the border.
pub(crate) fn token_tensor(tokens: &judge::contract::arguments::Array) -> Tensor {
    integers(tokens.shape(), tokens.iter().map(|&token| token as i64).collect())
}

/// `given` in the dtype of a property's case.
pub(crate) fn drawn(scenario: &Scenario, make: impl FnOnce(&mut Random) -> Tensors) -> Tensors {
    arguments_in(scenario.dtype(), &make(&mut scenario.random("case")))
}

/// The arguments with these tensors set to zero.
pub(crate) fn zeroed(given: &Tensors, names: &[&str]) -> Tensors {
    names
        .iter()
        .fold(given.clone(), |given, name| filled(&given, name, 0.0))
}

/// The arguments with one tensor filled with a value.
pub(crate) fn filled(given: &Tensors, name: &str, value: f64) -> Tensors {
    let mut changed = given.clone();
    match changed.get_mut(name).map(Tensor::data_mut) {
        Some(Data::F32(values)) => values.fill(value as f32),
        Some(Data::F64(values)) => values.fill(value),
        Some(Data::I64(_) | Data::Bool(_)) | None => {}
    }
    changed
}

/// The arguments with one tensor multiplied by a factor.
pub(crate) fn multiplied(given: &Tensors, name: &str, factor: f64) -> Tensors {
    let scaled = array(&given[name]) * factor;
    with(
        given,
        name,
        judge::contract::arguments::tensor_like(&given[name], &scaled),
    )
}

/// The arguments with attention that adds nothing.
pub(crate) fn without_attention(given: &Tensors) -> Tensors {
    zeroed(given, &["c_proj_weight", "c_proj_bias"])
}

/// The arguments with a perceptron that adds nothing.
pub(crate) fn without_perceptron(given: &Tensors) -> Tensors {
    zeroed(given, &["mlp_proj_weight", "mlp_proj_bias"])
}

/// The arguments with blocks that add nothing.
pub(crate) fn without_blocks(given: &Tensors) -> Tensors {
    without_perceptron(&without_attention(given))
}

/// The arguments of a GPT of which all blocks but one add nothing.
pub(crate) fn with_one_block(given: &Tensors, block: usize) -> Tensors {
    let names = ["c_proj_weight", "c_proj_bias", "mlp_proj_weight", "mlp_proj_bias"];
    names.iter().fold(given.clone(), |given, name| {
        let mut values = array(&given[*name]);
        for (layer, mut own) in values.axis_iter_mut(ndarray::Axis(0)).enumerate() {
            if layer != block {
                own.fill(0.0);
            }
        }
        let changed = judge::contract::arguments::tensor_like(&given[*name], &values);
        with(&given, name, changed)
    })
}

/// The arguments in training mode, with these rates.
pub(crate) fn training(given: &Tensors, rates: &[(&str, f64)]) -> Tensors {
    let trained = with(given, "train", Tensor::flag(true));
    rates
        .iter()
        .fold(trained, |given, &(name, rate)| with(&given, name, Tensor::real(rate)))
}

/// The same model with logits that differ by multiples of a hundred-millionth of one number: f32 cannot tell them apart, and
/// f64 can.
pub(crate) fn hardly_apart_in_the_head(given: &Tensors) -> Tensors {
    const APART: f64 = 1e-8;
    let head = array(&given["head"]);
    let made = Array::from_shape_fn(head.raw_dim(), |at| {
        let place = if at[0] % 2 == 0 { at[0] as f64 } else { -(at[0] as f64) };
        head[[0, at[1]]] + APART * place * head[[1, at[1]]]
    });
    with(given, "head", tensor(&made))
}
