//! The words on tokens that were drawn.

use judge::compare::number;

use super::{Place, Words, figures};
use crate::clean::clean;

/// Tokens that are listed; of more, only their number is told.
const LISTED: usize = 12;

/// The words on a token that cannot be drawn.
pub(super) fn outside_support(
    case: &str,
    (token, count): (i64, u64),
    possible: &[i64],
    mass: Option<f64>,
    place: Place<'_>,
) -> Words {
    let times = if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    };
    let tokens = tokens(possible);
    let why = match mass {
        Some(mass) => format!("lies outside the nucleus of mass {}, which is {tokens}", number(mass)),
        None => format!("its probability is 0: what can be drawn is {tokens}"),
    };
    Words::new(
        format!("token {token} was drawn {times}, and {why} (case {})", clean(case)),
        format!("{} says which tokens can be drawn", place.explain()),
    )
}

fn tokens(tokens: &[i64]) -> String {
    match tokens {
        [] => "no token".to_owned(),
        [one] => format!("token {one}"),
        _ if tokens.len() > LISTED => format!("{} other tokens", tokens.len()),
        _ => {
            let tokens: Vec<String> = tokens.iter().map(ToString::to_string).collect();
            format!("the tokens {}", figures::and(&tokens))
        }
    }
}

/// The words on draws that do not follow the distribution.
pub(super) fn wrong_distribution(
    case: &str,
    token: i64,
    (expected, observed): (f64, f64),
    p_value: f64,
    place: Place<'_>,
) -> Words {
    Words::new(
        format!(
            "the draws do not follow the distribution (case {}): token {token} came in {:.2} % of them, its \
             probability is {:.2} % (correct draws are this far off with probability {})",
            clean(case),
            100.0 * observed,
            100.0 * expected,
            figures::probability(p_value)
        ),
        format!("{} says which distribution to draw from", place.explain()),
    )
}

#[cfg(test)]
mod tests {
    use judge::contract::limits::Limits;

    use super::*;

    const PLACE: Place<'static> = Place {
        task: "sample_top_p",
        limits: Limits {
            cpu_seconds: 5.0,
            memory_mib: 4096,
            timeouts_per_task: 3,
            compile_seconds: Limits::COMPILE_SECONDS,
        },
    };

    #[test]
    fn a_token_outside_the_nucleus_is_told_with_the_nucleus() {
        let told = |possible: &[i64], mass| outside_support("cut", (4, 1), possible, mass, PLACE).message;
        insta::assert_snapshot!(
            told(&[0, 2, 5], Some(0.9)),
            @"token 4 was drawn once, and lies outside the nucleus of mass 0.9, which is the tokens 0, 2 and 5 (case cut)"
        );
        insta::assert_snapshot!(
            told(&[3], Some(0.25)),
            @"token 4 was drawn once, and lies outside the nucleus of mass 0.25, which is token 3 (case cut)"
        );
        let many: Vec<i64> = (5..40).collect();
        insta::assert_snapshot!(
            told(&many, Some(0.9)),
            @"token 4 was drawn once, and lies outside the nucleus of mass 0.9, which is 35 other tokens (case cut)"
        );
        insta::assert_snapshot!(
            told(&[0, 1], None),
            @"token 4 was drawn once, and its probability is 0: what can be drawn is the tokens 0 and 1 (case cut)"
        );
    }
}
