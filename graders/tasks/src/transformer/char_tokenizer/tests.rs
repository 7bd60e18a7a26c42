//! The properties and golden cases of `char_tokenizer`, tried on right and wrong functions.

use std::collections::BTreeSet;

use judge::contract::arguments::arguments;
use judge::contract::random::integers;
use wire::{Outcome, Tensors};

use super::*;
use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Variant {
    Right,
    Unsorted,
    Bytes,
    FromOne,
    NegativeFromEnd,
    BlanksTrimmed,
}

fn given(call: &Call, name: &str) -> Option<Vec<i64>> {
    Some(
        call.arguments
            .get(name)?
            .to_f64()
            .into_iter()
            .map(|value| value as i64)
            .collect(),
    )
}

fn tokenizer_as(way: Variant) -> impl FnMut(&Call) -> Result<Tensors, Outcome> {
    move |call| {
        let refused = || Outcome::Refused {
            reason: "unknown".to_owned(),
        };
        let one = |name, values: Vec<i64>| Ok(arguments([(name, integers(&[values.len()], values))]));
        let text = given(call, "text");
        let Some(vocabulary) = given(call, "vocabulary") else {
            return one("vocabulary", vocabulary_as(way, text.unwrap_or_default()));
        };
        let shift = i64::from(way == Variant::FromOne);
        if let Some(ids) = given(call, "ids") {
            let size = vocabulary.len() as i64;
            let code = |id: i64| {
                let id = if way == Variant::NegativeFromEnd && (-size..0).contains(&id) {
                    id + size
                } else {
                    id
                };
                let place = usize::try_from(id - shift).ok();
                place
                    .and_then(|place| vocabulary.get(place))
                    .copied()
                    .ok_or_else(refused)
            };
            return one("text", ids.into_iter().map(code).collect::<Result<_, _>>()?);
        }
        let mut ids = Vec::new();
        for code in text.unwrap_or_default() {
            match vocabulary.iter().position(|&known| known == code) {
                Some(place) => ids.push(place as i64 + shift),
                None => return Err(refused()),
            }
        }
        one("ids", ids)
    }
}

fn vocabulary_as(way: Variant, text: Vec<i64>) -> Vec<i64> {
    let mut codes = text;
    if way == Variant::Bytes {
        let text: String = codes.iter().filter_map(|&code| char::from_u32(code as u32)).collect();
        codes = text.bytes().map(i64::from).collect();
    }
    if way == Variant::BlanksTrimmed {
        codes.retain(|&code| code > 32);
    }
    if way == Variant::Unsorted {
        let mut seen = BTreeSet::new();
        codes.retain(|&code| seen.insert(code));
        return codes;
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn the_definition_has_all_properties() {
    assert_eq!(failed_properties(&TASK, tokenizer_as(Variant::Right)), [""; 0]);
    assert_eq!(trivial_cases(&TASK, tokenizer_as(Variant::Right)), [""; 0]);
}

#[test]
fn known_mistakes_fail_properties_and_show_in_golden_cases() {
    for (way, property) in [
        (Variant::Unsorted, "vocabulary-is-sorted-set"),
        (Variant::Bytes, "vocabulary-is-sorted-set"),
        (Variant::FromOne, "encode-undoes-decode"),
        (Variant::BlanksTrimmed, "vocabulary-is-sorted-set"),
    ] {
        assert!(
            smallest_case(&TASK, property, tokenizer_as(way)).is_some(),
            "{way:?} and {property}"
        );
        assert!(
            !telling_cases(&TASK, tokenizer_as(Variant::Right), tokenizer_as(way)).is_empty(),
            "{way:?}"
        );
    }
}

#[test]
fn what_must_be_refused_fails_a_property_where_it_is_not() {
    let broken = failed_properties(&TASK, tokenizer_as(Variant::NegativeFromEnd));
    assert_eq!(broken, ["id-out-of-range-refused"]);
}
