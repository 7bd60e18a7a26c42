//! Weights, tokens and sizes that the tasks over padded sequences share.

use judge::contract::arguments::{Array, arguments, array, with};
use judge::contract::random::{Random, integers};
use judge::contract::scenario::Scenario;
use ndarray::Axis;
use wire::{DType, Tensor, Tensors};

/// Bound on what must not change at all, in f64.
///
/// The usual formulations keep every bit. One that takes the maximum over all scores, hidden ones included, is as correct
/// and moves the last bit or two.
pub(crate) const EXACTLY: f64 = 1e-12;

/// How large a transformer and its input are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    /// Positions of the tokens.
    pub(crate) length: usize,
    pub(crate) heads: usize,
    /// Channels per head.
    pub(crate) dimension: usize,
    /// Positions that are known.
    pub(crate) positions: usize,
    pub(crate) layers: usize,
    pub(crate) vocabulary: usize,
}

impl Sizes {
    /// Room for two positions more than there are, two layers and seven tokens.
    pub(crate) const fn new(batch: usize, length: usize, heads: usize, dimension: usize) -> Self {
        Self {
            batch,
            length,
            heads,
            dimension,
            positions: length + 2,
            layers: 2,
            vocabulary: 7,
        }
    }

    /// The sizes of a property's case: `B`, `T`, `heads` and `d`.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let [batch, length, heads, dimension] = ["B", "T", "heads", "d"].map(|name| scenario.size(name));
        Self::new(batch, length, heads, dimension)
    }

    /// The embedding width.
    pub(crate) fn width(self) -> usize {
        self.heads * self.dimension
    }
}

/// Weights of an attention layer, or of several with a leading axis.
fn attention_weights(random: &mut Random, layers: &[usize], width: usize) -> Tensors {
    let mut weight = |deviation, own: &[usize]| random.scaled(&[layers, own].concat(), deviation);
    arguments([
        ("query_weight", weight(0.6, &[width, width])),
        ("query_bias", weight(0.4, &[width])),
        ("key_weight", weight(0.6, &[width, width])),
        ("key_bias", weight(0.4, &[width])),
        ("value_weight", weight(0.6, &[width, width])),
        ("value_bias", weight(0.4, &[width])),
        ("output_weight", weight(0.5, &[width, width])),
        ("output_bias", weight(0.4, &[width])),
    ])
}

fn norm(random: &mut Random, layers: &[usize], width: usize) -> [Tensor; 2] {
    let shape = [layers, &[width]].concat();
    [random.uniform(&shape, 0.5, 1.5), random.scaled(&shape, 0.4)]
}

/// Weights of a transformer; none of them zero, none of the norms one. Names begin with `prefix`.
pub(crate) fn transformer(random: &mut Random, sizes: Sizes, prefix: &str) -> Tensors {
    let (width, layers) = (sizes.width(), [sizes.layers]);
    let mut given = attention_weights(random, &layers, width);
    let [norms_1, norms_2] = [(), ()].map(|()| norm(random, &layers, width));
    let final_norm = norm(random, &[], width);
    for (name, [weight, bias]) in [("norm_1", norms_1), ("norm_2", norms_2), ("final_norm", final_norm)] {
        given.insert(format!("{name}_weight"), weight);
        given.insert(format!("{name}_bias"), bias);
    }
    let mut weight = |deviation, shape: &[usize]| random.scaled(shape, deviation);
    given.extend(arguments([
        ("mlp_hidden_weight", weight(0.8, &[sizes.layers, 4 * width, width])),
        ("mlp_hidden_bias", weight(0.4, &[sizes.layers, 4 * width])),
        ("mlp_output_weight", weight(0.4, &[sizes.layers, width, 4 * width])),
        ("mlp_output_bias", weight(0.4, &[sizes.layers, width])),
        ("token_embedding", weight(1.0, &[sizes.vocabulary, width])),
        ("position_embedding", weight(0.7, &[sizes.positions, width])),
    ]));
    given
        .into_iter()
        .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
        .collect()
}

/// The settings of a transformer; epsilon is the usual one, and another where the number of heads is odd.
pub(crate) fn settings(heads: usize) -> Tensors {
    let epsilon = if heads.is_multiple_of(2) { 1e-5 } else { 1e-2 };
    arguments([
        ("heads", Tensor::integer(heads as i64)),
        ("epsilon", Tensor::real(epsilon)),
    ])
}

/// How many tokens each row has, from 1 to `length`: the first row as many as there are, the second fewer, where it can.
pub(crate) fn counts(random: &mut Random, batch: usize, length: usize) -> Vec<usize> {
    (0..batch)
        .map(|row| match row {
            0 => length,
            1 => random.integer(1, length as i64) as usize,
            _ => random.integer(1, length as i64 + 1) as usize,
        })
        .collect()
}

/// How many tokens each row has, where every row has at least one position of padding; `length` is at least 2.
pub(crate) fn padded_counts(random: &mut Random, batch: usize, length: usize) -> Vec<usize> {
    (0..batch).map(|_| random.integer(1, length as i64) as usize).collect()
}

/// Random tokens `[B, T]`, so many in each row, then padding.
pub(crate) fn padded_tokens(random: &mut Random, counts: &[usize], length: usize, vocabulary: usize) -> Tensor {
    let mut values = Vec::with_capacity(counts.len() * length);
    for &count in counts {
        values.extend((0..length).map(|position| {
            let token = random.integer(0, vocabulary as i64);
            if position < count { token } else { -1 }
        }));
    }
    integers(&[counts.len(), length], values)
}

/// Numbers of tokens as an argument.
pub(crate) fn count_tensor(counts: &[usize]) -> Tensor {
    integers(&[counts.len()], counts.iter().map(|&count| count as i64).collect())
}

/// How many tokens each row of `[B, T]` has.
pub(crate) fn counted(tokens: &Array) -> Vec<usize> {
    let of_row = |row: ndarray::ArrayViewD<'_, f64>| row.iter().filter(|&&token| token >= 0.0).count();
    tokens.outer_iter().map(of_row).collect()
}

/// The arguments of `generic_self_attention`, with a mask in which every row sees something.
pub(crate) fn attention(random: &mut Random, batch: usize, length: usize, heads: usize, dimension: usize) -> Tensors {
    let width = heads * dimension;
    let mut given = attention_weights(random, &[], width);
    given.extend(arguments([
        ("input", random.normal(&[batch, length, width])),
        (
            "mask",
            crate::attention::inputs::random_mask(random, &[batch, 1, length, length]),
        ),
        ("heads", Tensor::integer(heads as i64)),
    ]));
    given
}

/// The arguments of `generic_transformer` without a cache.
pub(crate) fn transformer_call(random: &mut Random, sizes: Sizes, decoder: bool) -> Tensors {
    let counts = counts(random, sizes.batch, sizes.length);
    let mut given = transformer(random, sizes, "");
    given.extend(settings(sizes.heads));
    given.insert(
        "tokens".to_owned(),
        padded_tokens(random, &counts, sizes.length, sizes.vocabulary),
    );
    given.insert("decoder".to_owned(), Tensor::flag(decoder));
    given
}

/// The same with a cache of so many positions, some of them padding where there is more than one.
pub(crate) fn with_cache(random: &mut Random, given: &Tensors, positions: usize) -> Tensors {
    let batch = given["tokens"].shape()[0];
    let width = given["token_embedding"].shape()[1];
    let mut counts = counts(random, batch, positions);
    counts.reverse();
    let cached = with(given, "cache", random.normal(&[batch, positions, width]));
    with(&cached, "cache_tokens", count_tensor(&counts))
}

/// The arguments of `encoder_decoder`: the two sides differ in vocabulary, layers and positions. Lengths of source and
/// target; `sizes.length` is the target's.
pub(crate) fn encoder_decoder_call(random: &mut Random, sizes: Sizes, source_length: usize) -> Tensors {
    let encoder = Sizes {
        length: source_length,
        positions: source_length + 1,
        layers: sizes.layers + 1,
        vocabulary: sizes.vocabulary + 2,
        ..sizes
    };
    let mut given = transformer(random, encoder, "encoder_");
    given.extend(transformer(random, sizes, "decoder_"));
    given.extend(settings(sizes.heads));
    given.insert("head".to_owned(), random.normal(&[sizes.vocabulary, sizes.width()]));
    let mut source = counts(random, sizes.batch, source_length);
    source.reverse();
    let target = counts(random, sizes.batch, sizes.length);
    given.insert(
        "source".to_owned(),
        padded_tokens(random, &source, source_length, encoder.vocabulary),
    );
    given.insert(
        "target".to_owned(),
        padded_tokens(random, &target, sizes.length, sizes.vocabulary),
    );
    given
}

/// The arguments with the first `positions` positions of padded tokens replaced, or with fewer or more of them.
pub(crate) fn with_tokens(given: &Tensors, name: &str, tokens: &Array) -> Tensors {
    with(given, name, crate::transformer::inputs::token_tensor(tokens))
}

/// Tokens with so many positions of padding more.
pub(crate) fn more_padding(tokens: &Array, more: usize) -> Array {
    let shape = [tokens.shape()[0], tokens.shape()[1] + more];
    Array::from_shape_fn(ndarray::IxDyn(&shape), |at| tokens.get(&at).copied().unwrap_or(-1.0))
}

/// The arguments with the first rows only of one of them.
pub(crate) fn first_rows(given: &Tensors, name: &str, rows: usize) -> Tensors {
    let all = &given[name];
    let cut = array(all)
        .slice_axis(Axis(0), (..rows.min(all.shape()[0])).into())
        .to_owned();
    let cut = match all.dtype() {
        DType::I64 | DType::Bool => crate::transformer::inputs::token_tensor(&cut),
        DType::F32 | DType::F64 => judge::contract::arguments::tensor_like(all, &cut),
    };
    with(given, name, cut)
}

/// The rows of an embedding from `first` on, changed.
pub(crate) fn moved_rows(given: &Tensors, name: &str, first: usize) -> Tensors {
    let mut table = array(&given[name]);
    table
        .slice_mut(ndarray::s![first.., ..])
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    with(
        given,
        name,
        judge::contract::arguments::tensor_like(&given[name], &table),
    )
}
