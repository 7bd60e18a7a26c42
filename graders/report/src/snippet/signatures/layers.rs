//! Norms, rotations, images and text.

use judge::reproduction::Step;

use crate::snippet::signature::Signature;

const OUTPUT: &[(&str, &str)] = &[("output", "")];

/// The signature of a function of these topics.
pub(in crate::snippet) fn layers(step: &Step) -> Option<Signature> {
    let has = |name: &str| step.arguments.contains_key(name);
    Some(match step.task {
        "rms_norm" => Signature::plain(
            &["normalization::rms_norm"],
            "rms_norm(&{input}, &{weight}, {epsilon})",
            OUTPUT,
        ),
        "rotary_embedding" => Signature::plain(
            &["rotary::rotary_embedding"],
            "rotary_embedding(&{query}, &{key}, {start})",
            &[("query", "rotated_query"), ("key", "rotated_key")],
        )
        .taking("(rotated_query, rotated_key)"),
        "convolve2d" => Signature::plain(
            &["convolution::convolve2d", "types::Padding"],
            "convolve2d(&{image}, &{kernel}, {padding_as_padding})",
            OUTPUT,
        )
        .fallible(),
        "conv_net" => Signature::plain(
            &["conv_net::conv_net", "types::ConvNetWeights", "types::Padding"],
            "conv_net(&{images}, &weights, {padding_as_padding})",
            &[("scores", "")],
        )
        .reading(net(has("hidden_weight")), &["images"]),
        "accuracy_per_angle" if !has("augment") => Signature::plain(
            &[
                "rotation::accuracy_per_angle",
                "types::ConvNetWeights",
                "types::Padding",
            ],
            "accuracy_per_angle(&{images}, &{classes}, &weights, {padding_as_padding})",
            &[("accuracies", "")],
        )
        .reading(net(has("hidden_weight")), &["images", "classes"]),
        "char_tokenizer" => tokenizer(has("vocabulary"), has("ids")),
        _ => return None,
    })
}

fn net(has_hidden_layer: bool) -> &'static str {
    if has_hidden_layer {
        "ConvNetWeights::from_named(&read, true).unwrap()"
    } else {
        "ConvNetWeights::from_named(&read, false).unwrap()"
    }
}

fn tokenizer(vocabulary: bool, ids: bool) -> Signature {
    match (vocabulary, ids) {
        (false, _) => Signature::plain(
            &["tokenizer::vocabulary"],
            "vocabulary({text_as_string})",
            &[(
                "vocabulary",
                "Tensor::from_slice(&characters.iter().map(|&c| c as i64).collect::<Vec<_>>())",
            )],
        )
        .taking("characters"),
        (true, false) => Signature::plain(
            &["tokenizer::encode"],
            "encode(&{vocabulary_as_chars}, {text_as_string})",
            &[("ids", "Tensor::from_slice(&numbers)")],
        )
        .taking("numbers")
        .fallible(),
        (true, true) => Signature::plain(
            &["tokenizer::decode"],
            "decode(&{vocabulary_as_chars}, &{ids_as_integers})",
            &[(
                "text",
                "Tensor::from_slice(&decoded.chars().map(|c| c as i64).collect::<Vec<_>>())",
            )],
        )
        .taking("decoded")
        .fallible(),
    }
}
