//! The contract: weights, configurations and results that the tasks share.
//!
//! This file is given. It is put in place again whenever a submission is graded, so a change here has no effect.

use std::error::Error;
use std::fmt;

// assignment:begin uva-dl1-a2
use tch::Tensor;
// assignment:end

/// An input that a function has to refuse: say why, in words for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput {
    /// What is wrong with the input.
    pub reason: String,
}

impl InvalidInput {
    /// Refuses an input for `reason`.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl Error for InvalidInput {}

// assignment:begin uva-dl1-a2
/// Weights of one causal self-attention layer over an embedding of width C.
///
/// All have the dtype and the device of the layer's input. A linear layer computes `x W^T + b`.
#[derive(Debug)]
pub struct AttentionWeights {
    /// `[3C, C]`: the rows of the query projection, then of the key, then of the value.
    pub c_attn_weight: Tensor,
    /// `[3C]`, in the same order.
    pub c_attn_bias: Tensor,
    /// `[C, C]`: the projection after the heads are merged.
    pub c_proj_weight: Tensor,
    /// `[C]`.
    pub c_proj_bias: Tensor,
}

/// Configuration of one causal self-attention layer.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionConfig {
    /// Number of heads h; divides the embedding width C.
    pub heads: i64,
    /// The longest sequence that the layer accepts; a longer one is an error.
    pub block_size: i64,
    /// Whether queries and keys are rotated (`rotary_embedding`, positions from 0) before the scores.
    pub rotary: bool,
    /// Dropout rate on the attention weights, in training only.
    pub attention_dropout: f64,
    /// Dropout rate on the layer's output, after the last projection, in training only.
    pub residual_dropout: f64,
}

/// Weights of one single-head graph attention layer.
#[derive(Debug)]
pub struct GraphAttentionWeights {
    /// `[in, out]`: node features are projected as `h W`.
    pub weight: Tensor,
    /// `[2 out]`: the first half meets the destination's projection, the second half the source's.
    pub attention: Tensor,
}

/// What a graph attention layer returns.
#[derive(Debug)]
pub struct GraphAttention {
    /// `[N, out]`: the new node features.
    pub output: Tensor,
    /// `[E']`: one attention weight per edge, self loops included.
    pub attention: Tensor,
    /// `[2, E']` int64: the edges that `attention` belongs to, row 0 = source, row 1 = destination; in any order.
    pub edge_index: Tensor,
}

/// Weights of one decoder block over an embedding of width C.
#[derive(Debug)]
pub struct BlockWeights {
    /// `[C]`: the weight of the norm before attention.
    pub norm_1: Tensor,
    /// The attention layer.
    pub attention: AttentionWeights,
    /// `[C]`: the weight of the norm before the multilayer perceptron.
    pub norm_2: Tensor,
    /// `[4C, C]`: the first linear layer of the multilayer perceptron.
    pub mlp_fc_weight: Tensor,
    /// `[4C]`.
    pub mlp_fc_bias: Tensor,
    /// `[C, 4C]`: its second linear layer.
    pub mlp_proj_weight: Tensor,
    /// `[C]`.
    pub mlp_proj_bias: Tensor,
}

/// Configuration of one decoder block.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockConfig {
    /// The attention layer. Its `residual_dropout` is also the rate on the output of the multilayer perceptron.
    pub attention: AttentionConfig,
    /// Epsilon of the norms.
    pub epsilon: f64,
}

/// Weights of a GPT over a vocabulary of V tokens and an embedding of width C.
#[derive(Debug)]
pub struct GptWeights {
    /// `[V, C]`: row i is the embedding of token i.
    pub token_embedding: Tensor,
    /// `[block_size, C]`: row i is the embedding of position i. It is there in rotary mode too, and then not used.
    pub position_embedding: Tensor,
    /// The decoder blocks, the first one first; at least one.
    pub blocks: Vec<BlockWeights>,
    /// `[C]`: the weight of the norm after the last block.
    pub final_norm: Tensor,
    /// `[V, C]`: the output layer, without bias and not tied to the token embedding.
    pub head: Tensor,
}

/// Configuration of a GPT.
#[derive(Debug, Clone, PartialEq)]
pub struct GptConfig {
    /// The decoder blocks. Its `attention.rotary` decides how positions enter: rotated into queries and keys where it
    /// is set, as learned embeddings where it is not. Its `attention.block_size` is the longest sequence, its
    /// `epsilon` is also that of the final norm.
    pub block: BlockConfig,
    /// Dropout rate on the sum of the embeddings, in training only.
    pub embedding_dropout: f64,
}

/// How the next token is chosen from the logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// The most likely token (`greedy`).
    Greedy,
    /// A draw from the nucleus (`sample_top_p`).
    TopP {
        /// The mass of the nucleus.
        p: f64,
        /// What the logits are divided by.
        temperature: f64,
    },
}

/// Weights of additive attention with A hidden units, over a decoder state of width D and encoder states of width H.
#[derive(Debug)]
pub struct AdditiveAttentionWeights {
    /// `[A, D]`: W, the projection of the decoder state.
    pub state_weight: Tensor,
    /// `[A, H]`: U, the projection of the encoder states.
    pub hidden_weight: Tensor,
    /// `[A]`: v, the weight of each hidden unit in the energy.
    pub energy_weight: Tensor,
}

// Names of weights, for whoever stores or sends them. Blocks are stacked: their tensors get a leading axis of layers.

impl AttentionWeights {
    /// The tensors by name.
    pub fn named(&self) -> Vec<(&'static str, &Tensor)> {
        vec![
            ("c_attn_weight", &self.c_attn_weight),
            ("c_attn_bias", &self.c_attn_bias),
            ("c_proj_weight", &self.c_proj_weight),
            ("c_proj_bias", &self.c_proj_bias),
        ]
    }

    /// Reads the tensors by name.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        Ok(Self {
            c_attn_weight: read("c_attn_weight")?,
            c_attn_bias: read("c_attn_bias")?,
            c_proj_weight: read("c_proj_weight")?,
            c_proj_bias: read("c_proj_bias")?,
        })
    }
}

impl BlockWeights {
    /// The tensors by name.
    pub fn named(&self) -> Vec<(&'static str, &Tensor)> {
        let mut named = self.attention.named();
        named.extend([
            ("norm_1", &self.norm_1),
            ("norm_2", &self.norm_2),
            ("mlp_fc_weight", &self.mlp_fc_weight),
            ("mlp_fc_bias", &self.mlp_fc_bias),
            ("mlp_proj_weight", &self.mlp_proj_weight),
            ("mlp_proj_bias", &self.mlp_proj_bias),
        ]);
        named
    }

    /// Reads the tensors by name.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        Ok(Self {
            norm_1: read("norm_1")?,
            attention: AttentionWeights::from_named(read)?,
            norm_2: read("norm_2")?,
            mlp_fc_weight: read("mlp_fc_weight")?,
            mlp_fc_bias: read("mlp_fc_bias")?,
            mlp_proj_weight: read("mlp_proj_weight")?,
            mlp_proj_bias: read("mlp_proj_bias")?,
        })
    }
}

impl GptWeights {
    /// The tensors by name, those of the blocks stacked.
    pub fn named(&self) -> Vec<(&'static str, Tensor)> {
        let of_blocks: Vec<_> = self.blocks.iter().map(BlockWeights::named).collect();
        let first = of_blocks.first().into_iter().flatten();
        let mut named: Vec<_> = first
            .enumerate()
            .map(|(place, &(name, _))| {
                let layers: Vec<&Tensor> = of_blocks.iter().map(|block| block[place].1).collect();
                (name, Tensor::stack(&layers, 0))
            })
            .collect();
        named.extend([
            ("token_embedding", self.token_embedding.shallow_clone()),
            ("position_embedding", self.position_embedding.shallow_clone()),
            ("final_norm", self.final_norm.shallow_clone()),
            ("head", self.head.shallow_clone()),
        ]);
        named
    }

    /// Reads the tensors by name, those of the blocks stacked.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        let layers = read("norm_1")?.size()[0];
        let block = |layer| BlockWeights::from_named(&|name: &str| Ok(read(name)?.get(layer)));
        Ok(Self {
            token_embedding: read("token_embedding")?,
            position_embedding: read("position_embedding")?,
            blocks: (0..layers).map(block).collect::<Result<_, E>>()?,
            final_norm: read("final_norm")?,
            head: read("head")?,
        })
    }
}

/// Weights of one graph convolution layer.
#[derive(Debug)]
pub struct GraphConvolutionWeights {
    /// `[out, in]`: W, which meets the mean over the in-neighbours.
    pub neighbour_weight: Tensor,
    /// `[out, in]`: B, which meets the node's own features.
    pub self_weight: Tensor,
}

/// How an image is continued beyond its border before a kernel of sides k moves over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Not at all.
    Valid,
    /// With zeros, (k - 1) / 2 on each side, so that the size stays; k is odd.
    Same,
    /// With zeros, k - 1 on each side.
    Full,
    /// With the image mirrored at its border values, which are not repeated (c b | a b c | b a), p on each side; p is
    /// smaller than the image's side.
    Reflect(i64),
    /// With the nearest border value (a a | a b c | c c), p on each side.
    Replicate(i64),
    /// With the image again from its other side (b c | a b c | a b), p on each side; p is at most the image's side.
    Circular(i64),
}

/// Weights of the small image classifiers Net 1 and Net 2.
#[derive(Debug)]
pub struct ConvNetWeights {
    /// `[out, in, 3, 3]` each, the first one first; the document's widths are 3, 32, 32, 64, 64.
    pub convolutions: [Tensor; 4],
    /// What stands between the last convolution and the classifier: Net 1 or Net 2.
    pub head: Head,
    /// `[classes, features]`.
    pub classifier_weight: Tensor,
    /// `[classes]`.
    pub classifier_bias: Tensor,
}

/// How a convolutional network makes one row of features of each image.
#[derive(Debug)]
pub enum Head {
    /// Net 1: the maximum of each channel over all positions.
    GlobalMaxPool,
    /// Net 2: all values in one row (channel by channel, each row by row) and a linear layer.
    Flatten {
        /// `[features, channels * height * width]` of the last convolution's output.
        weight: Tensor,
        /// `[features]`.
        bias: Tensor,
    },
}

/// Weights of a graph network of two layers with a rectifier between them: `layer_2(relu(layer_1(x)))`.
#[derive(Debug)]
pub enum GraphNetworkWeights {
    /// Both layers are graph convolutions (`matrix_graph_convolution`).
    Convolution([GraphConvolutionWeights; 2]),
    /// Both layers are graph attention layers (`graph_attention`).
    Attention([GraphAttentionWeights; 2]),
}

/// Nodes whose classes are known, for one step of training.
#[derive(Debug)]
pub struct NodeBatch {
    /// `[M]` int64: the nodes, as numbers of rows of the features; no node twice, in any order.
    pub nodes: Tensor,
    /// `[M]` int64: the class of each of them.
    pub classes: Tensor,
}

/// Images whose classes are known, for one step of training.
#[derive(Debug)]
pub struct ImageBatch {
    /// `[B, C, H, W]`.
    pub images: Tensor,
    /// `[B]` int64: the class of each image.
    pub classes: Tensor,
}

// Names of the weights that are trained, and what an optimiser works on: the tensors themselves, which share their
// values with the structure that they come from.

impl GptWeights {
    /// All tensors, those of the blocks one by one.
    pub fn tensors(&self) -> Vec<Tensor> {
        let others = [
            &self.token_embedding,
            &self.position_embedding,
            &self.final_norm,
            &self.head,
        ];
        let of_blocks = self.blocks.iter().flat_map(BlockWeights::named);
        let tensors = of_blocks.map(|(_, tensor)| tensor).chain(others);
        tensors.map(Tensor::shallow_clone).collect()
    }
}

impl GraphNetworkWeights {
    /// All tensors, those of the first layer first.
    pub fn tensors(&self) -> Vec<Tensor> {
        self.named().into_iter().map(|(_, tensor)| tensor).collect()
    }

    /// The tensors by name, numbered by layer.
    pub fn named(&self) -> Vec<(&'static str, Tensor)> {
        let named = match self {
            Self::Convolution([first, second]) => [
                ("neighbour_weight_1", &first.neighbour_weight),
                ("self_weight_1", &first.self_weight),
                ("neighbour_weight_2", &second.neighbour_weight),
                ("self_weight_2", &second.self_weight),
            ],
            Self::Attention([first, second]) => [
                ("weight_1", &first.weight),
                ("attention_1", &first.attention),
                ("weight_2", &second.weight),
                ("attention_2", &second.attention),
            ],
        };
        named.map(|(name, tensor)| (name, tensor.shallow_clone())).into()
    }

    /// Reads the tensors of convolutions by name.
    pub fn convolution_from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        let layer = |number| {
            Ok(GraphConvolutionWeights {
                neighbour_weight: read(&format!("neighbour_weight_{number}"))?,
                self_weight: read(&format!("self_weight_{number}"))?,
            })
        };
        Ok(Self::Convolution([layer(1)?, layer(2)?]))
    }

    /// Reads the tensors of attention layers by name.
    pub fn attention_from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        let layer = |number| {
            Ok(GraphAttentionWeights {
                weight: read(&format!("weight_{number}"))?,
                attention: read(&format!("attention_{number}"))?,
            })
        };
        Ok(Self::Attention([layer(1)?, layer(2)?]))
    }
}

impl Padding {
    /// Its number in the order of its kinds, and its amount, 0 where the kind says it.
    pub fn numbered(self) -> (i64, i64) {
        match self {
            Self::Valid => (0, 0),
            Self::Same => (1, 0),
            Self::Full => (2, 0),
            Self::Reflect(amount) => (3, amount),
            Self::Replicate(amount) => (4, amount),
            Self::Circular(amount) => (5, amount),
        }
    }

    /// The padding of this number and amount; `None` where there is none.
    pub fn from_number(number: i64, amount: i64) -> Option<Self> {
        let kinds = [
            Self::Valid,
            Self::Same,
            Self::Full,
            Self::Reflect(amount),
            Self::Replicate(amount),
            Self::Circular(amount),
        ];
        kinds.get(usize::try_from(number).ok()?).copied()
    }
}

impl ConvNetWeights {
    /// All tensors.
    pub fn tensors(&self) -> Vec<Tensor> {
        self.named().into_iter().map(|(_, tensor)| tensor).collect()
    }

    /// The tensors by name; those of a hidden layer only where there is one.
    pub fn named(&self) -> Vec<(&'static str, Tensor)> {
        let kernels = ["kernel_1", "kernel_2", "kernel_3", "kernel_4"];
        let hidden = match &self.head {
            Head::GlobalMaxPool => vec![],
            Head::Flatten { weight, bias } => vec![("hidden_weight", weight), ("hidden_bias", bias)],
        };
        let classifier = [
            ("classifier_weight", &self.classifier_weight),
            ("classifier_bias", &self.classifier_bias),
        ];
        let named = kernels
            .into_iter()
            .zip(&self.convolutions)
            .chain(hidden)
            .chain(classifier);
        named.map(|(name, tensor)| (name, tensor.shallow_clone())).collect()
    }

    /// Reads the tensors of Net 1, or of Net 2 where it `has_hidden_layer`, by name.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>, has_hidden_layer: bool) -> Result<Self, E> {
        let head = if has_hidden_layer {
            Head::Flatten {
                weight: read("hidden_weight")?,
                bias: read("hidden_bias")?,
            }
        } else {
            Head::GlobalMaxPool
        };
        Ok(Self {
            convolutions: [
                read("kernel_1")?,
                read("kernel_2")?,
                read("kernel_3")?,
                read("kernel_4")?,
            ],
            head,
            classifier_weight: read("classifier_weight")?,
            classifier_bias: read("classifier_bias")?,
        })
    }
}

/// Images `[B, C, H, W]` turned counter-clockwise about their centre by an angle in degrees.
///
/// Each pixel takes the value of the pixel that lies nearest to where it comes from, and 0 where that is outside.
pub fn rotated(images: &Tensor, degrees: f64) -> Tensor {
    let size = images.size();
    let (height, width) = (size[2], size[3]);
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let centre = ((height - 1) as f64 / 2.0, (width - 1) as f64 / 2.0);
    // A little more than one half, so that what lies between two pixels goes to the same one on every machine.
    let nearest = |position: f64| (position + 0.5 + 1e-6).floor() as i64;
    // The number of the pixel that each pixel takes its value from; one past the last stands for the outside.
    let origin = |row: i64, column: i64| {
        let (down, right) = (row as f64 - centre.0, column as f64 - centre.1);
        let from_row = nearest(centre.0 + cosine * down + sine * right);
        let from_column = nearest(centre.1 - sine * down + cosine * right);
        let is_inside = (0..height).contains(&from_row) && (0..width).contains(&from_column);
        if is_inside {
            from_row * width + from_column
        } else {
            height * width
        }
    };
    let origins: Vec<i64> = (0..height)
        .flat_map(|row| (0..width).map(move |column| (row, column)))
        .map(|(row, column)| origin(row, column))
        .collect();
    let outside = images.new_zeros([size[0], size[1], 1], (images.kind(), images.device()));
    let pixels = Tensor::cat(&[images.flatten(2, 3), outside], 2);
    let origins = Tensor::from_slice(&origins).to_device(images.device());
    pixels.index_select(2, &origins).view_as(images)
}
// assignment:end
