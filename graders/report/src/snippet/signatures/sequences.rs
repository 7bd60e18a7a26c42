//! Masks, transformers over sequences, what they generate, and beam search.

use judge::reproduction::Step;

use crate::snippet::signature::Signature;

const CONFIG: &[&str] = &["let config = SequenceConfig { heads: {heads}, epsilon: {epsilon} };"];
const GREEDY: &[&str] = &[
    "let config = SequenceConfig { heads: {heads}, epsilon: {epsilon} };",
    "let generation = Generation { end: {end}, count: {count}, choice: Choice::Greedy };",
];
const SAMPLED: &[&str] = &[
    "let config = SequenceConfig { heads: {heads}, epsilon: {epsilon} };",
    "let choice = Choice::Sampled { temperature: {temperature}, uniforms: {uniforms}.shallow_clone() };",
    "let generation = Generation { end: {end}, count: {count}, choice };",
];
const NEW: &[(&str, &str)] = &[("new", "")];

/// The signature of a function of these topics.
pub(in crate::snippet) fn sequences(step: &Step) -> Option<Signature> {
    let has = |name: &str| step.arguments.contains_key(name);
    let is = |name: &str| step.arguments.get(name).and_then(wire::Tensor::item) == Some(1.0);
    let generation = if has("uniforms") { SAMPLED } else { GREEDY };
    Some(match step.task {
        "encoder_mask" => Signature::plain(
            &["sequence_masks::encoder_mask"],
            "encoder_mask(&{num_tokens}, {length})",
            &[("mask", "")],
        ),
        "decoder_mask" => Signature::plain(
            &["sequence_masks::decoder_mask"],
            "decoder_mask(&{num_tokens}, {length})",
            &[("mask", "")],
        ),
        "embedding" => Signature::plain(
            &["sequence_embedding::embedding", "sequence_types::EmbeddingWeights"],
            "embedding(&{tokens}, &weights)",
            &[("output", "")],
        )
        .reading("EmbeddingWeights::from_named(&read).unwrap()", &["tokens"])
        .fallible(),
        "generic_self_attention" => Signature::plain(
            &[
                "sequence_attention::generic_self_attention",
                "sequence_types::SelfAttentionWeights",
            ],
            "generic_self_attention(&{input}, &{mask}, &weights, {heads})",
            &[("output", "")],
        )
        .reading("SelfAttentionWeights::from_named(&read).unwrap()", &["input", "mask"]),
        "generic_transformer" => generic_transformer(is("decoder"), has("cache")),
        "encoder_decoder" => Signature::plain(
            &[
                "encoder_decoder::encoder_decoder",
                "sequence_types::EncoderDecoderWeights",
                "sequence_types::SequenceConfig",
            ],
            "encoder_decoder(&{source}, &{target}, &weights, &config)",
            &[("logits", "")],
        )
        .reading(
            "EncoderDecoderWeights::from_named(&read).unwrap()",
            &["source", "target"],
        )
        .after(CONFIG)
        .fallible(),
        "sequence_loss" => Signature::plain(
            &["encoder_decoder::sequence_loss"],
            "(0..{logits}.size()[0]).map(|row| sequence_loss(&{logits}.get(row), &{tokens}.get(row)))\
             .collect::<Result<Vec<_>, _>>()",
            &[("loss", "Tensor::stack(&losses, 0)")],
        )
        .taking("losses")
        .fallible(),
        "generate_sequence" => Signature::plain(
            &[
                "sequence_generation::generate_sequence",
                "sequence_types::Choice",
                "sequence_types::Generation",
                "sequence_types::LanguageModelWeights",
                "sequence_types::SequenceConfig",
            ],
            "generate_sequence(&{tokens}, &generation, &weights, &config)",
            NEW,
        )
        .reading(
            "LanguageModelWeights::from_named(&read).unwrap()",
            &["tokens", "uniforms"],
        )
        .after(generation)
        .fallible(),
        "prefix_generate" => Signature::plain(
            &[
                "sequence_generation::prefix_generate",
                "sequence_types::Choice",
                "sequence_types::EncoderDecoderWeights",
                "sequence_types::Generation",
                "sequence_types::SequenceConfig",
            ],
            "prefix_generate(&{prefix}, {start}, &generation, &weights, &config)",
            NEW,
        )
        .reading(
            "EncoderDecoderWeights::from_named(&read).unwrap()",
            &["prefix", "uniforms"],
        )
        .after(generation)
        .fallible(),
        "beam_search" => beam_search(),
        _ => return None,
    })
}

fn generic_transformer(decoder: bool, cached: bool) -> Signature {
    let call = match (decoder, cached) {
        (false, false) => "generic_transformer(&{tokens}, &weights, &config, Role::Encoder, None)",
        (true, false) => "generic_transformer(&{tokens}, &weights, &config, Role::Decoder, None)",
        (false, true) => "generic_transformer(&{tokens}, &weights, &config, Role::Encoder, Some(&cache))",
        (true, true) => "generic_transformer(&{tokens}, &weights, &config, Role::Decoder, Some(&cache))",
    };
    let plain = Signature::plain(
        if cached {
            &[
                "sequence_transformer::generic_transformer",
                "sequence_types::HiddenCache",
                "sequence_types::Role",
                "sequence_types::SequenceConfig",
                "sequence_types::SequenceTransformerWeights",
            ]
        } else {
            &[
                "sequence_transformer::generic_transformer",
                "sequence_types::Role",
                "sequence_types::SequenceConfig",
                "sequence_types::SequenceTransformerWeights",
            ]
        },
        call,
        &[("hidden", "")],
    );
    plain
        .reading(
            "SequenceTransformerWeights::from_named(&read).unwrap()",
            &["tokens", "cache", "cache_tokens"],
        )
        .after(if cached {
            &[
                "let config = SequenceConfig { heads: {heads}, epsilon: {epsilon} };",
                "let cache = HiddenCache {",
                "    hidden: {cache}.shallow_clone(),",
                "    num_tokens: {cache_tokens}.shallow_clone(),",
                "};",
            ]
        } else {
            CONFIG
        })
        .fallible()
}

fn beam_search() -> Signature {
    Signature::plain(
        &["beam_search::beam_search", "sequence_types::BeamConfig"],
        "beam_search(&mut model, &config)",
        &[
            ("tokens", "Tensor::from_slice(&found.tokens)"),
            ("score", "Tensor::from(found.score)"),
            ("calls", "Tensor::from(calls)"),
        ],
    )
    .after(&[
        "let config = BeamConfig { width: {width}, end: {end}, max_length: {max_length} };",
        "// A row of log-probabilities for each sequence: the empty one, then by length and tokens.",
        "let rows = Vec::<Vec<f64>>::try_from({table}.to_kind(Kind::Double)).unwrap();",
        "let mut calls = 0_i64;",
        "let mut model = |sequence: &[i64]| {",
        "    let is_complete = sequence.contains(&config.end) || sequence.len() >= config.max_length;",
        "    assert!(!is_complete, \"asked what follows {sequence:?}, which is complete\");",
        "    calls += 1;",
        "    let width = rows[0].len();",
        "    rows[sequence.iter().fold(0, |row, &token| row * width + token as usize + 1)].clone()",
        "};",
    ])
    .taking("found")
}
