//! Initial weights for training: given to the submission, so that nothing depends on its library's own.

use judge::contract::arguments::arguments;
use judge::contract::random::{Random, floats};
use wire::{Tensor, Tensors};

/// How large a GPT to train is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GptSizes {
    /// Tokens.
    pub(crate) vocabulary: usize,
    /// Embedding width C.
    pub(crate) width: usize,
    /// Blocks.
    pub(crate) layers: usize,
    /// The longest sequence.
    pub(crate) block_size: usize,
}

/// The weights of `GptWeights` by name, those of the blocks stacked: norms 1, biases 0, everything else normal.
pub(crate) fn gpt(random: &mut Random, sizes: GptSizes) -> Tensors {
    let GptSizes {
        vocabulary,
        width,
        layers,
        block_size,
    } = sizes;
    let mut linear = |rows: usize, columns: usize| {
        let deviation = 1.0 / (columns as f64).sqrt();
        random.scaled(&[layers, rows, columns], deviation)
    };
    let mut weights = arguments([
        ("c_attn_weight", linear(3 * width, width)),
        ("c_proj_weight", linear(width, width)),
        ("mlp_fc_weight", linear(4 * width, width)),
        ("mlp_proj_weight", linear(width, 4 * width)),
    ]);
    weights.extend(arguments([
        ("norm_1", constant(&[layers, width], 1.0)),
        ("norm_2", constant(&[layers, width], 1.0)),
        ("final_norm", constant(&[width], 1.0)),
        ("c_attn_bias", constant(&[layers, 3 * width], 0.0)),
        ("c_proj_bias", constant(&[layers, width], 0.0)),
        ("mlp_fc_bias", constant(&[layers, 4 * width], 0.0)),
        ("mlp_proj_bias", constant(&[layers, width], 0.0)),
        ("token_embedding", random.scaled(&[vocabulary, width], 0.5)),
        ("position_embedding", random.scaled(&[block_size, width], 0.5)),
        ("head", random.scaled(&[vocabulary, width], 1.0 / (width as f64).sqrt())),
    ]));
    weights
}

/// The weights of `ConvNetWeights` by name, for channels from the image's to the last convolution's. Net 2 has as many
/// hidden units as the last convolution has channels, after `flat` values per channel.
pub(crate) fn conv_net(random: &mut Random, channels: [usize; 5], flat: Option<usize>, classes: usize) -> Tensors {
    let mut weights = Tensors::new();
    for (name, pair) in ["kernel_1", "kernel_2", "kernel_3", "kernel_4"]
        .iter()
        .zip(channels.windows(2))
    {
        // About as large after each convolution and its rectifier as before.
        let deviation = (2.0 / (9 * pair[0]) as f64).sqrt();
        weights.insert((*name).to_owned(), random.scaled(&[pair[1], pair[0], 3, 3], deviation));
    }
    let last = channels[4];
    let mut linear = |rows: usize, columns: usize| random.scaled(&[rows, columns], 1.0 / (columns as f64).sqrt());
    if let Some(flat) = flat {
        weights.insert("hidden_weight".to_owned(), linear(last, last * flat));
        weights.insert("hidden_bias".to_owned(), constant(&[last], 0.0));
    }
    weights.insert("classifier_weight".to_owned(), linear(classes, last));
    weights.insert("classifier_bias".to_owned(), constant(&[classes], 0.0));
    weights
}

/// The weights of two graph convolution layers by name, numbered: `neighbour_weight_1` and so on.
pub(crate) fn graph_convolution(random: &mut Random, widths: [usize; 3]) -> Tensors {
    let mut weights = Tensors::new();
    for (layer, pair) in (1..).zip(widths.windows(2)) {
        let deviation = 1.0 / (pair[0] as f64).sqrt();
        for name in ["neighbour_weight", "self_weight"] {
            weights.insert(format!("{name}_{layer}"), random.scaled(&[pair[1], pair[0]], deviation));
        }
    }
    weights
}

/// The weights of two graph attention layers by name, numbered: `weight_1`, `attention_1` and so on.
pub(crate) fn graph_attention(random: &mut Random, widths: [usize; 3]) -> Tensors {
    let mut weights = Tensors::new();
    for (layer, pair) in (1..).zip(widths.windows(2)) {
        let deviation = 1.0 / (pair[0] as f64).sqrt();
        weights.insert(format!("weight_{layer}"), random.scaled(&[pair[0], pair[1]], deviation));
        weights.insert(format!("attention_{layer}"), random.scaled(&[2 * pair[1]], 0.1));
    }
    weights
}

fn constant(shape: &[usize], value: f32) -> Tensor {
    floats(shape, vec![value; shape.iter().product()])
}
