//! `char_tokenizer`: vocabulary, encoding and decoding of text.

mod domain;
mod inputs;

use judge::checks::assertions::{equal, every};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, vector};
use judge::contract::domain::Contract;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::DType;

use self::inputs::{characters, codes, decoding, encoding, of_ids, sorted, text};

pub(crate) static TASK: Task = Task {
    id: "char_tokenizer",
    file: "tokenizer.rs",
    signature: "fn vocabulary(text: &str) -> Vec<char>; fn encode(vocabulary: &[char], text: &str) -> Result<Vec<i64>, InvalidInput>; fn decode(vocabulary: &[char], ids: &[i64]) -> Result<String, InvalidInput>",
    functions: &["vocabulary", "encode", "decode"],
    definition: "The sorted characters of a text as its vocabulary; text to token ids, the places of its characters in the vocabulary; and token ids to text.",
    formula: "vocabulary = sorted set of characters; encode(t)_i = place of t_i; decode(ids)_i = vocabulary[ids_i]",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.4",
    conventions: &[
        "a character is a Unicode code point, not a byte, and blanks, line ends and capitals are characters like others",
        "the vocabulary is sorted by code point; ids are places in it, from 0",
        "a character that is not in the vocabulary is an error, and so is an id outside it",
    ],
    misreadings: &[
        "the order in which characters occur in the text is not the order of the vocabulary",
        "a character takes up to four bytes: bytes are no characters",
        "a negative id does not count from the end",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const SENTENCE: &str = "To be, or not to be:\nthat is the Question.";
const ACCENTS: &str = "naïve Übung, «déjà vu» — ½ λx.x 日本語 🙂 naïve";

const CASES: &[Case] = &[
    Case {
        name: "vocabulary_of_a_sentence",
        portion: "vocabulary",
        arguments: |_| text(SENTENCE),
        expect: Expect::Outputs,
    },
    Case {
        name: "vocabulary_beyond_ascii",
        portion: "vocabulary",
        arguments: |_| text(ACCENTS),
        expect: Expect::Outputs,
    },
    Case {
        name: "sentence",
        portion: "encode",
        arguments: |_| encoding(&sorted(SENTENCE), "that is to be the Question, or not:\n"),
        expect: Expect::Outputs,
    },
    Case {
        name: "beyond_ascii",
        portion: "encode",
        arguments: |_| encoding(&sorted(ACCENTS), "déjà 日 🙂 vu, λ — naïve"),
        expect: Expect::Outputs,
    },
    Case {
        name: "ids_of_a_sentence",
        portion: "decode",
        arguments: |random| decoding(random, &sorted(SENTENCE)),
        expect: Expect::Outputs,
    },
    Case {
        name: "ids_beyond_ascii",
        portion: "decode",
        arguments: |random| decoding(random, &sorted(ACCENTS)),
        expect: Expect::Outputs,
    },
];

const SIZES: Sizes = &[("length", 0, 24), ("characters", 1, 12)];
const ANY_PLACE: Sizes = &[("length", 1, 8), ("characters", 2, 6)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "vocabulary-is-sorted-set",
        "the vocabulary has every character of the text once, in ascending order, and no other",
        SIZES,
        vocabulary_is_sorted_set,
    ),
    Property::new(
        "order-of-text",
        "the vocabulary does not depend on the order of the characters in the text",
        SIZES,
        order_of_text,
    ),
    Property::new(
        "decode-undoes-encode",
        "decoding what was encoded gives the text back",
        SIZES,
        decode_undoes_encode,
    ),
    Property::new(
        "encode-undoes-decode",
        "encoding what was decoded gives the ids back",
        SIZES,
        encode_undoes_decode,
    ),
    Property::new(
        "pieces",
        "the ids of two texts, one after the other, are the ids of the texts put together",
        SIZES,
        pieces,
    )
    .few(),
    Property::new(
        "id-out-of-range-refused",
        "an id outside the vocabulary is an error",
        ANY_PLACE,
        id_out_of_range_refused,
    )
    .few(),
];

/// Different characters of one to four bytes, in random order.
fn alphabet(scenario: &Scenario) -> Vec<char> {
    const POOL: &str = "aZ b\nA!é9ßλ日½\u{1f642}\u{301}z~\u{10ffff}";
    let pool = characters(POOL);
    let order = scenario.random("alphabet").permutation(pool.len());
    order
        .into_iter()
        .take(scenario.size("characters"))
        .map(|place| pool[place])
        .collect()
}

/// Random ids of an alphabet.
fn random_ids(scenario: &Scenario, label: &str) -> Vec<usize> {
    let mut random = scenario.random(label);
    (0..scenario.size("length"))
        .map(|_| random.integer(0, scenario.integer("characters")) as usize)
        .collect()
}

fn random_text(scenario: &Scenario, label: &str) -> String {
    let alphabet = alphabet(scenario);
    random_ids(scenario, label)
        .into_iter()
        .map(|place| alphabet[place])
        .collect()
}

fn vocabulary(scenario: &Scenario) -> Vec<char> {
    sorted(&alphabet(scenario).iter().collect::<String>())
}

fn array_of(tensor: &wire::Tensor) -> Array {
    vector(tensor.to_f64())
}

fn ids(probe: &mut Probe<'_>, vocabulary: &[char], text: &str) -> Result<Array, Broken> {
    let call = Call::new(TASK.id, encoding(vocabulary, text));
    probe.typed(&call, "ids", DType::I64, &[text.chars().count()])
}

fn decoded(probe: &mut Probe<'_>, vocabulary: &[char], ids: &Array) -> Result<Array, Broken> {
    let ids: Vec<i64> = ids.iter().map(|&id| id as i64).collect();
    let call = Call::new(TASK.id, of_ids(vocabulary, &ids));
    probe.typed(&call, "text", DType::I64, &[ids.len()])
}

fn vocabulary_is_sorted_set(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = random_text(scenario, "text");
    let expected = array_of(&codes(&sorted(&random)));
    let found = probe.typed(
        &Call::new(TASK.id, text(&random)),
        "vocabulary",
        DType::I64,
        expected.shape(),
    )?;
    equal(
        &format!("the code points of the vocabulary of {random:?}"),
        "those of its different characters, ascending",
        &expected,
        &found,
        0.0,
    )
}

fn order_of_text(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = random_text(scenario, "text");
    let reversed: String = random.chars().rev().collect();
    let size = [sorted(&random).len()];
    let mut of = |given: &str| probe.typed(&Call::new(TASK.id, text(given)), "vocabulary", DType::I64, &size);
    equal(
        &format!("the code points of the vocabulary of {reversed:?}"),
        &format!("those of {random:?}"),
        &of(&random)?,
        &of(&reversed)?,
        0.0,
    )
}

fn decode_undoes_encode(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (vocabulary, text) = (vocabulary(scenario), random_text(scenario, "text"));
    let ids = ids(probe, &vocabulary, &text)?;
    equal(
        &format!("the code points of {text:?}, encoded and decoded"),
        "its code points",
        &array_of(&codes(&characters(&text))),
        &decoded(probe, &vocabulary, &ids)?,
        0.0,
    )
}

fn encode_undoes_decode(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = vocabulary(scenario);
    let drawn = vector(random_ids(scenario, "ids").into_iter().map(|id| id as f64).collect());
    let text = decoded(probe, &vocabulary, &drawn)?;
    every("a decoded code point", "one of the vocabulary", &text, |code| {
        vocabulary.iter().any(|&known| f64::from(u32::from(known)) == code)
    })?;
    let text: String = text.iter().filter_map(|&code| char::from_u32(code as u32)).collect();
    equal(
        "ids, decoded and encoded",
        "the ids",
        &drawn,
        &ids(probe, &vocabulary, &text)?,
        0.0,
    )
}

fn pieces(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = vocabulary(scenario);
    let (first, second) = (random_text(scenario, "first"), random_text(scenario, "second"));
    let mut apart: Vec<f64> = ids(probe, &vocabulary, &first)?.iter().copied().collect();
    apart.extend(ids(probe, &vocabulary, &second)?.iter());
    equal(
        &format!("the ids of {:?}", format!("{first}{second}")),
        &format!("the ids of {first:?}, then those of {second:?}"),
        &vector(apart),
        &ids(probe, &vocabulary, &format!("{first}{second}"))?,
        0.0,
    )
}

fn id_out_of_range_refused(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = vocabulary(scenario);
    let place = scenario.random("place").integer(0, scenario.integer("length")) as usize;
    let size = vocabulary.len() as i64;
    for wrong in [-1, -size, size, size + 5, i64::MIN, 1 << 32] {
        let mut ids: Vec<i64> = random_ids(scenario, "ids").into_iter().map(|id| id as i64).collect();
        ids[place] = wrong;
        let call = Call::new(TASK.id, of_ids(&vocabulary, &ids));
        probe.refused(&call, &format!("the id {wrong} with a vocabulary of {size}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
