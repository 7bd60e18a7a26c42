//! Hidden states of linear recurrences.

use judge::reproduction::Step;

use crate::snippet::signature::Signature;

/// The signature of a function of this topic.
pub(in crate::snippet) fn theory(step: &Step) -> Option<Signature> {
    Some(match step.task {
        "hidden_state" => Signature::plain(
            &["hidden_states::hidden_state"],
            "hidden_state(&{weights}, &{initial}, {steps})",
            &[("state", "")],
        ),
        "spectral_radius" => Signature::plain(
            &["hidden_states::spectral_radius"],
            "(0..{weights}.size()[0]).map(|matrix| spectral_radius(&{weights}.get(matrix))).collect::<Vec<f64>>()",
            &[("radius", "Tensor::from_slice(&radii).to_kind({weights}.kind())")],
        )
        .taking("radii"),
        "long_run" => Signature::plain(
            &["hidden_states::long_run", "sequence_types::LongRun"],
            "(0..{weights}.size()[0]).map(|matrix| fate(matrix)).collect::<Vec<i64>>()",
            &[("fate", "Tensor::from_slice(&fates)")],
        )
        .after(&[
            "let fate = |matrix| match long_run(&{weights}.get(matrix)) {",
            "    LongRun::Vanishes => 0_i64,",
            "    LongRun::Stays => 1,",
            "    LongRun::Explodes => 2,",
            "};",
        ])
        .taking("fates"),
        _ => return None,
    })
}
