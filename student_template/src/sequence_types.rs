//! The contract of the tasks on sequences (Problem Set 3): neurons, recurrent cells, beam search, encoder and
//! decoder.
//!
//! This file is given. It is put in place again whenever a submission is graded, so a change here has no effect.

// assignment:begin gt-cs7643-ps3
use tch::Tensor;

/// A threshold neuron with two inputs: `f(x) = 1` where `weights . x + bias >= 0`, otherwise 0.
///
/// The threshold is **not strict**: a sum of exactly 0 gives 1. The neurons of this problem set keep to it; the gates of
/// its LSTM do not (`ParityLstm`). A sum that is smaller than 1e-12 of its largest term counts as 0: that is rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neuron {
    /// One weight for each input, finite.
    pub weights: [f64; 2],
    /// Finite.
    pub bias: f64,
}

/// Two layers of threshold neurons: two hidden ones on the inputs, and one on what these two give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdNetwork {
    /// Both see the inputs (x1, x2).
    pub hidden: [Neuron; 2],
    /// Sees the outputs of the first and the second hidden neuron, each 0 or 1.
    pub output: Neuron,
}

/// The linear part of a gate: `weights . [h, x] + bias`, the previous output **first**, the input bit second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// The weight of the previous output h, then that of the input bit x; finite.
    pub weights: [f64; 2],
    /// Finite.
    pub bias: f64,
}

/// An LSTM with one unit and hard activations, as it reads a string of bits.
///
/// It begins with `C = h = 0`, and for each bit x computes, from the h and C before:
///
/// ```text
/// f = sigma(forget . [h, x])        i = sigma(input . [h, x])        c = tanh(candidate . [h, x])
/// C = f C + i c                     h = tanh(C)
/// ```
///
/// Here `sigma(z)` is 1 where `z > 0` (**strict**: `sigma(0) = 0`) and 0 elsewhere, and `tanh(z)` is the sign of z:
/// -1, 0 or 1, with `tanh(0) = 0`. The output gate is always open, so that `h = tanh(C)`. A z that is smaller than 1e-12
/// of its largest term counts as 0: that is rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParityLstm {
    /// The forget gate f.
    pub forget: Gate,
    /// The input gate i.
    pub input: Gate,
    /// The candidate c.
    pub candidate: Gate,
}

/// What beam search is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeamConfig {
    /// How many hypotheses are kept after each step, 1 or more.
    pub width: usize,
    /// The token that ends a sequence.
    pub end: i64,
    /// The most tokens of a sequence, the end token included; 1 or more.
    pub max_length: usize,
}

/// A sequence of tokens with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// The tokens, with the end token where there is one.
    pub tokens: Vec<i64>,
    /// The sum of the log-probabilities of all its tokens.
    pub score: f64,
}

/// What becomes of `h_t = W^T h_{t-1}` in the long run, for almost every `h_0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongRun {
    /// It goes to zero.
    Vanishes,
    /// It does neither.
    Stays,
    /// It grows without bound.
    Explodes,
}

/// The projections of single-head attention over features of width d; a projection computes `x W^T`, without bias.
#[derive(Debug)]
pub struct MessageAttentionWeights {
    /// `[k, d]`.
    pub query: Tensor,
    /// `[k, d]`.
    pub key: Tensor,
    /// `[v, d]`.
    pub value: Tensor,
}

// Encoder and decoder. Letters in shapes: B batch, T positions, V size of the vocabulary, C embedding width. In all
// sequences of tokens -1 stands for padding; it comes after the tokens of its row, and every row has at least one
// token.

/// Weights of the embedding of a sequence.
#[derive(Debug)]
pub struct EmbeddingWeights {
    /// `[V, C]`: row i is the embedding of token i.
    pub token_embedding: Tensor,
    /// `[P, C]`: row i is the embedding of position i; P is the length of the longest sequence.
    pub position_embedding: Tensor,
}

/// Weights of one self-attention layer, all heads together. A linear layer computes `x W^T + b`.
#[derive(Debug)]
pub struct SelfAttentionWeights {
    /// `[C, C]`: the projection to queries.
    pub query_weight: Tensor,
    /// `[C]`.
    pub query_bias: Tensor,
    /// `[C, C]`: the projection to keys.
    pub key_weight: Tensor,
    /// `[C]`.
    pub key_bias: Tensor,
    /// `[C, C]`: the projection to values.
    pub value_weight: Tensor,
    /// `[C]`.
    pub value_bias: Tensor,
    /// `[C, C]`: the projection after the heads are merged.
    pub output_weight: Tensor,
    /// `[C]`.
    pub output_bias: Tensor,
}

/// Weights of one block of a transformer.
#[derive(Debug)]
pub struct SequenceBlockWeights {
    /// `[C]`: the weight of the norm before attention.
    pub norm_1_weight: Tensor,
    /// `[C]`: its bias.
    pub norm_1_bias: Tensor,
    /// The attention layer.
    pub attention: SelfAttentionWeights,
    /// `[C]`: the weight of the norm before the multilayer perceptron.
    pub norm_2_weight: Tensor,
    /// `[C]`: its bias.
    pub norm_2_bias: Tensor,
    /// `[4C, C]`: the first linear layer of the multilayer perceptron.
    pub mlp_hidden_weight: Tensor,
    /// `[4C]`.
    pub mlp_hidden_bias: Tensor,
    /// `[C, 4C]`: its second linear layer.
    pub mlp_output_weight: Tensor,
    /// `[C]`.
    pub mlp_output_bias: Tensor,
}

/// Weights of a transformer: from tokens to hidden states.
#[derive(Debug)]
pub struct SequenceTransformerWeights {
    /// The embedding.
    pub embedding: EmbeddingWeights,
    /// The blocks, the first one first; at least one.
    pub blocks: Vec<SequenceBlockWeights>,
    /// `[C]`: the weight of the norm after the last block.
    pub final_norm_weight: Tensor,
    /// `[C]`: its bias.
    pub final_norm_bias: Tensor,
}

/// Weights of a decoder that gives logits.
#[derive(Debug)]
pub struct LanguageModelWeights {
    /// The decoder.
    pub transformer: SequenceTransformerWeights,
    /// `[V, C]`: the output layer, without bias and not tied to the token embedding.
    pub head: Tensor,
}

/// Weights of an encoder and of the decoder that continues it. The widths are equal; vocabularies, numbers of blocks
/// and numbers of positions may differ.
#[derive(Debug)]
pub struct EncoderDecoderWeights {
    /// The encoder.
    pub encoder: SequenceTransformerWeights,
    /// The decoder with the output layer.
    pub decoder: LanguageModelWeights,
}

/// Configuration of a transformer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequenceConfig {
    /// Number of heads; divides C.
    pub heads: i64,
    /// Epsilon of all norms.
    pub epsilon: f64,
}

/// Which tokens a transformer's positions see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// All of them (`encoder_mask`).
    Encoder,
    /// Those up to their own position (`decoder_mask`).
    Decoder,
}

/// Hidden states that were computed before and stand in front of a sequence, such as those of an encoder.
#[derive(Debug)]
pub struct HiddenCache {
    /// `[B, K, C]`: K hidden states per row.
    pub hidden: Tensor,
    /// `[B]` int64: how many of them, counted from the first, belong to tokens; the rest belong to padding. At
    /// least 1.
    pub num_tokens: Tensor,
}

/// How a sequence is generated.
#[derive(Debug)]
pub struct Generation {
    /// The token that ends a row.
    pub end: i64,
    /// How many tokens are generated at most; at least 1.
    pub count: i64,
    /// How the next token is chosen.
    pub choice: Choice,
}

/// How the next token is chosen from the logits.
#[derive(Debug)]
pub enum Choice {
    /// The token with the largest logit; of several, the one with the lowest number.
    Greedy,
    /// A draw that given random numbers decide.
    Sampled {
        /// What the logits are divided by; positive.
        temperature: f64,
        /// `[count, B]`, in [0, 1): row s decides the token that is generated in step s, one number per row of the
        /// batch.
        uniforms: Tensor,
    },
}

// Names of weights, for whoever stores or sends them. Blocks are stacked: their tensors get a leading axis of layers.

/// The name of each tensor of a transformer: alone, as the encoder, as the decoder.
const NAMES: [[&str; 3]; 20] = [
    ["norm_1_weight", "encoder_norm_1_weight", "decoder_norm_1_weight"],
    ["norm_1_bias", "encoder_norm_1_bias", "decoder_norm_1_bias"],
    ["query_weight", "encoder_query_weight", "decoder_query_weight"],
    ["query_bias", "encoder_query_bias", "decoder_query_bias"],
    ["key_weight", "encoder_key_weight", "decoder_key_weight"],
    ["key_bias", "encoder_key_bias", "decoder_key_bias"],
    ["value_weight", "encoder_value_weight", "decoder_value_weight"],
    ["value_bias", "encoder_value_bias", "decoder_value_bias"],
    ["output_weight", "encoder_output_weight", "decoder_output_weight"],
    ["output_bias", "encoder_output_bias", "decoder_output_bias"],
    ["norm_2_weight", "encoder_norm_2_weight", "decoder_norm_2_weight"],
    ["norm_2_bias", "encoder_norm_2_bias", "decoder_norm_2_bias"],
    [
        "mlp_hidden_weight",
        "encoder_mlp_hidden_weight",
        "decoder_mlp_hidden_weight",
    ],
    ["mlp_hidden_bias", "encoder_mlp_hidden_bias", "decoder_mlp_hidden_bias"],
    [
        "mlp_output_weight",
        "encoder_mlp_output_weight",
        "decoder_mlp_output_weight",
    ],
    ["mlp_output_bias", "encoder_mlp_output_bias", "decoder_mlp_output_bias"],
    ["token_embedding", "encoder_token_embedding", "decoder_token_embedding"],
    [
        "position_embedding",
        "encoder_position_embedding",
        "decoder_position_embedding",
    ],
    [
        "final_norm_weight",
        "encoder_final_norm_weight",
        "decoder_final_norm_weight",
    ],
    ["final_norm_bias", "encoder_final_norm_bias", "decoder_final_norm_bias"],
];

impl EmbeddingWeights {
    /// Reads the tensors by name.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        Ok(Self {
            token_embedding: read("token_embedding")?,
            position_embedding: read("position_embedding")?,
        })
    }
}

impl SelfAttentionWeights {
    /// The tensors by name.
    pub fn named(&self) -> Vec<(&'static str, &Tensor)> {
        vec![
            ("query_weight", &self.query_weight),
            ("query_bias", &self.query_bias),
            ("key_weight", &self.key_weight),
            ("key_bias", &self.key_bias),
            ("value_weight", &self.value_weight),
            ("value_bias", &self.value_bias),
            ("output_weight", &self.output_weight),
            ("output_bias", &self.output_bias),
        ]
    }

    /// Reads the tensors by name.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        Ok(Self {
            query_weight: read("query_weight")?,
            query_bias: read("query_bias")?,
            key_weight: read("key_weight")?,
            key_bias: read("key_bias")?,
            value_weight: read("value_weight")?,
            value_bias: read("value_bias")?,
            output_weight: read("output_weight")?,
            output_bias: read("output_bias")?,
        })
    }
}

impl SequenceBlockWeights {
    /// The tensors in the order of their names.
    fn tensors(&self) -> [&Tensor; 16] {
        let attention = &self.attention;
        [
            &self.norm_1_weight,
            &self.norm_1_bias,
            &attention.query_weight,
            &attention.query_bias,
            &attention.key_weight,
            &attention.key_bias,
            &attention.value_weight,
            &attention.value_bias,
            &attention.output_weight,
            &attention.output_bias,
            &self.norm_2_weight,
            &self.norm_2_bias,
            &self.mlp_hidden_weight,
            &self.mlp_hidden_bias,
            &self.mlp_output_weight,
            &self.mlp_output_bias,
        ]
    }

    /// Reads the tensors by name.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        Ok(Self {
            norm_1_weight: read("norm_1_weight")?,
            norm_1_bias: read("norm_1_bias")?,
            attention: SelfAttentionWeights::from_named(read)?,
            norm_2_weight: read("norm_2_weight")?,
            norm_2_bias: read("norm_2_bias")?,
            mlp_hidden_weight: read("mlp_hidden_weight")?,
            mlp_hidden_bias: read("mlp_hidden_bias")?,
            mlp_output_weight: read("mlp_output_weight")?,
            mlp_output_bias: read("mlp_output_bias")?,
        })
    }
}

impl SequenceTransformerWeights {
    /// The tensors by name, those of the blocks stacked.
    pub fn named(&self) -> Vec<(&'static str, Tensor)> {
        self.named_in_column(0)
    }

    fn named_in_column(&self, column: usize) -> Vec<(&'static str, Tensor)> {
        let stacked = |place: usize| {
            let layers: Vec<&Tensor> = self.blocks.iter().map(|block| block.tensors()[place]).collect();
            Tensor::stack(&layers, 0)
        };
        let others = [
            &self.embedding.token_embedding,
            &self.embedding.position_embedding,
            &self.final_norm_weight,
            &self.final_norm_bias,
        ];
        let tensors = (0..16).map(stacked).chain(others.map(Tensor::shallow_clone));
        NAMES.iter().map(|names| names[column]).zip(tensors).collect()
    }

    /// Reads the tensors by name, those of the blocks stacked.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        let layers = read("norm_1_weight")?.size()[0];
        let block = |layer| SequenceBlockWeights::from_named(&|name: &str| Ok(read(name)?.get(layer)));
        Ok(Self {
            embedding: EmbeddingWeights::from_named(read)?,
            blocks: (0..layers).map(block).collect::<Result<_, E>>()?,
            final_norm_weight: read("final_norm_weight")?,
            final_norm_bias: read("final_norm_bias")?,
        })
    }
}

impl LanguageModelWeights {
    /// Reads the tensors by name, those of the blocks stacked.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        Ok(Self {
            transformer: SequenceTransformerWeights::from_named(read)?,
            head: read("head")?,
        })
    }
}

impl EncoderDecoderWeights {
    /// The tensors by name, those of the blocks stacked.
    pub fn named(&self) -> Vec<(&'static str, Tensor)> {
        let mut named = self.encoder.named_in_column(1);
        named.extend(self.decoder.transformer.named_in_column(2));
        named.push(("head", self.decoder.head.shallow_clone()));
        named
    }

    /// Reads the tensors by name, those of the blocks stacked.
    pub fn from_named<E>(read: &dyn Fn(&str) -> Result<Tensor, E>) -> Result<Self, E> {
        let of = |role: &str| SequenceTransformerWeights::from_named(&|name: &str| read(&format!("{role}_{name}")));
        Ok(Self {
            encoder: of("encoder")?,
            decoder: LanguageModelWeights {
                transformer: of("decoder")?,
                head: read("head")?,
            },
        })
    }
}
// assignment:end
