//! Attention, transformers and what they generate.

use judge::reproduction::Step;

use crate::snippet::signature::Signature;

const OUTPUT: &[(&str, &str)] = &[("output", "")];
/// The settings of an attention layer.
const CONFIG: &[&str] = &[
    "let config = AttentionConfig {",
    "    heads: {heads},",
    "    block_size: {block_size},",
    "    rotary: {rotary},",
    "    attention_dropout: {attention_dropout},",
    "    residual_dropout: {residual_dropout},",
    "};",
];
/// The settings of a block.
const BLOCK_CONFIG: &[&str] = &[
    "let attention = AttentionConfig {",
    "    heads: {heads},",
    "    block_size: {block_size},",
    "    rotary: {rotary},",
    "    attention_dropout: {attention_dropout},",
    "    residual_dropout: {residual_dropout},",
    "};",
    "let config = BlockConfig { attention, epsilon: {epsilon} };",
];
/// The settings of a GPT.
const GPT_CONFIG: &[&str] = &[
    "let attention = AttentionConfig {",
    "    heads: {heads},",
    "    block_size: {block_size},",
    "    rotary: {rotary},",
    "    attention_dropout: {attention_dropout},",
    "    residual_dropout: {residual_dropout},",
    "};",
    "let config = GptConfig {",
    "    block: BlockConfig { attention, epsilon: {epsilon} },",
    "    embedding_dropout: {embedding_dropout},",
    "};",
];

/// The signature of a function of these topics.
pub(in crate::snippet) fn attention(step: &Step) -> Option<Signature> {
    let has = |name: &str| step.arguments.contains_key(name);
    Some(match step.task {
        "causal_mask" => Signature::plain(
            &["attention::causal_mask"],
            "causal_mask({length}, Device::Cpu)",
            &[("mask", "")],
        ),
        "split_heads" => Signature::plain(&["attention::split_heads"], "split_heads(&{input}, {heads})", OUTPUT),
        "merge_heads" => Signature::plain(&["attention::merge_heads"], "merge_heads(&{input})", OUTPUT),
        "scaled_dot_product_attention" => scaled_dot_product_attention(has("mask")),
        "causal_self_attention" => Signature::plain(
            &[
                "attention::causal_self_attention",
                "types::AttentionConfig",
                "types::AttentionWeights",
            ],
            "causal_self_attention(&{input}, &weights, &config, {train})",
            OUTPUT,
        )
        .reading("AttentionWeights::from_named(&read).unwrap()", &["input"])
        .after(CONFIG)
        .fallible(),
        "flash_attention" => Signature::plain(
            &["flash_attention::flash_attention"],
            "flash_attention(&{query}, &{key}, &{value}, {dropout}, {train})",
            OUTPUT,
        ),
        "decoder_block" => Signature::plain(
            &[
                "transformer::decoder_block",
                "types::AttentionConfig",
                "types::BlockConfig",
                "types::BlockWeights",
            ],
            "decoder_block(&{input}, &weights, &config, {train})",
            OUTPUT,
        )
        .reading("BlockWeights::from_named(&read).unwrap()", &["input"])
        .after(BLOCK_CONFIG)
        .fallible(),
        "gpt_forward" => Signature::plain(
            &[
                "transformer::gpt_forward",
                "types::AttentionConfig",
                "types::BlockConfig",
                "types::GptConfig",
                "types::GptWeights",
            ],
            "gpt_forward(&{tokens}, &weights, &config, {train})",
            &[("logits", "")],
        )
        .reading("GptWeights::from_named(&read).unwrap()", &["tokens"])
        .after(GPT_CONFIG)
        .fallible(),
        "generate" => generate(has("p")),
        "greedy" => Signature::plain(&["sampling::greedy"], "greedy(&{logits})", &[("token", "")]),
        "nucleus" => Signature::plain(&["sampling::nucleus"], "nucleus(&{probabilities}, {p})", OUTPUT),
        "sample_top_p" => Signature::plain(
            &["sampling::sample_top_p"],
            "sample_top_p(&{logits}, {p}, {temperature})",
            &[("token", "")],
        )
        .fallible(),
        "additive_attention" => Signature::plain(
            &[
                "additive_attention::additive_attention",
                "types::AdditiveAttentionWeights",
            ],
            "additive_attention(&{state}, &{hidden}, &weights)",
            &[("context", "context"), ("weights", "attended")],
        )
        .after(&[
            "let weights = AdditiveAttentionWeights {",
            "    state_weight: {state_weight}.shallow_clone(),",
            "    hidden_weight: {hidden_weight}.shallow_clone(),",
            "    energy_weight: {energy_weight}.shallow_clone(),",
            "};",
        ])
        .taking("(context, attended)"),
        _ => return None,
    })
}

fn scaled_dot_product_attention(masked: bool) -> Signature {
    Signature::plain(
        &["attention::scaled_dot_product_attention"],
        if masked {
            "scaled_dot_product_attention(&{query}, &{key}, &{value}, Some(&{mask}))"
        } else {
            "scaled_dot_product_attention(&{query}, &{key}, &{value}, None)"
        },
        &[("output", "output"), ("weights", "weights")],
    )
    .taking("(output, weights)")
}

fn generate(sampled: bool) -> Signature {
    Signature::plain(
        &[
            "generation::generate",
            "types::AttentionConfig",
            "types::BlockConfig",
            "types::GptConfig",
            "types::GptWeights",
            "types::Sampling",
        ],
        if sampled {
            "generate(&{tokens}, {count}, &weights, &config, &Sampling::TopP { p: {p}, temperature: {temperature} })"
        } else {
            "generate(&{tokens}, {count}, &weights, &config, &Sampling::Greedy)"
        },
        &[("tokens", "")],
    )
    .reading("GptWeights::from_named(&read).unwrap()", &["tokens"])
    .after(GPT_CONFIG)
    .fallible()
}
