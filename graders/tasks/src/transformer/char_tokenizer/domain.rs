//! The kinds of arguments that the functions of `char_tokenizer` take, and those that they refuse.

use judge::contract::domain::Domain;
use judge::contract::scenario::{Scenario, Sizes};

use super::inputs::{encoding, of_ids, sorted, text};

/// Line ends of two characters and of one, blanks, marks, and characters of one to four bytes.
const SPECIAL: &[&str] = &[
    "\r\n",
    "\t",
    " ",
    "\0",
    "\u{a0}",
    "\u{200b}",
    "a",
    "A",
    "\u{e9}",
    "e\u{301}",
    "\u{df}",
    "\u{130}",
    "\u{1f642}",
    "\u{fffd}",
    "\u{d7ff}",
    "\u{10ffff}",
    "\n",
    // The lowest bytes are those of `a` and of a blank.
    "\u{161}",
    "\u{120}",
];
/// A mark and a blank that readers of texts like to leave out: nowhere else than at the two ends.
const ENDS: [&str; 2] = ["\u{feff}", "\u{2028}"];

const TEXT: Sizes = &[("length", 0, 60), ("kinds", 1, 19)];
const NEXT_TO_THE_BORDER: Sizes = &[("V", 1, 300), ("outside", 0, 1)];

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "the vocabulary of texts with line ends, blanks and any other characters",
        sizes: TEXT,
        arguments: |scenario| text(&special(scenario)),
    },
    Domain {
        name: "the vocabulary of texts with many different characters",
        sizes: &[("length", 0, 600), ("V", 1, 300)],
        arguments: |scenario| text(&drawn(scenario, &many(scenario))),
    },
    Domain {
        name: "the ids of texts with line ends, blanks and any other characters",
        sizes: TEXT,
        arguments: |scenario| {
            let text = special(scenario);
            encoding(&sorted(&text), &text)
        },
    },
    Domain {
        name: "the ids of plain letters and blanks with a vocabulary of any characters",
        sizes: &[("length", 0, 9), ("kinds", 17, 19)],
        arguments: |scenario| {
            let letters = ['a', 'A', ' '];
            let known = sorted(&(special(scenario) + &String::from_iter(letters)));
            encoding(&known, &drawn(scenario, &letters))
        },
    },
    Domain {
        name: "the ids of texts with many different characters",
        sizes: &[("length", 0, 600), ("V", 1, 300)],
        arguments: |scenario| encoding(&many(scenario), &drawn(scenario, &many(scenario))),
    },
    Domain {
        name: "the ids of texts that end with a character of the vocabulary, or with another",
        sizes: &[("length", 0, 6), ("V", 0, 40), ("outside", 0, 1)],
        arguments: |scenario| {
            let known = many(scenario);
            let end = if scenario.integer("outside") == 1 {
                char::from_u32(FIRST + known.len() as u32)
            } else {
                known.last().copied()
            };
            let text: String = drawn(scenario, &known).chars().chain(end).collect();
            encoding(&known, &text)
        },
    },
    Domain {
        name: "the text of many different ids",
        sizes: &[("length", 0, 600), ("V", 1, 300)],
        arguments: |scenario| of_ids(&many(scenario), &places(scenario, scenario.size("V"))),
    },
    Domain {
        name: "the text of ids with line ends, blanks and any other characters",
        sizes: TEXT,
        arguments: |scenario| {
            let known = sorted(&special(scenario));
            of_ids(&known, &places(scenario, known.len()))
        },
    },
    Domain {
        name: "the text of the last id, or of one more",
        sizes: NEXT_TO_THE_BORDER,
        arguments: |scenario| {
            let id = scenario.integer("V") - 1 + scenario.integer("outside");
            of_ids(&many(scenario), &[0, id])
        },
    },
    Domain {
        name: "the text of ids of a vocabulary without characters, of which there are none",
        sizes: &[("ids", 0, 2)],
        arguments: |scenario| of_ids(&[], &vec![0; scenario.size("ids")]),
    },
    Domain {
        name: "the text of the first id, or of one less",
        sizes: NEXT_TO_THE_BORDER,
        arguments: |scenario| of_ids(&many(scenario), &[0, -scenario.integer("outside")]),
    },
    Domain {
        name: "the vocabulary of a text that is longer than usual ones",
        sizes: &[("length", 9000, 9000), ("V", 3000, 3000)],
        arguments: |scenario| text(&drawn(scenario, &many(scenario))),
    },
    Domain {
        name: "the ids of a text that is longer than usual ones",
        sizes: &[("length", 9000, 9000), ("V", 3000, 3000)],
        arguments: |scenario| encoding(&many(scenario), &drawn(scenario, &many(scenario))),
    },
];

/// The first of many characters.
const FIRST: u32 = 0x3b0;

/// V characters, ascending.
fn many(scenario: &Scenario) -> Vec<char> {
    (FIRST..).take(scenario.size("V")).filter_map(char::from_u32).collect()
}

/// A text of some of the special characters.
fn special(scenario: &Scenario) -> String {
    let order = scenario.random("kinds").permutation(SPECIAL.len());
    let places = places(scenario, scenario.size("kinds"));
    let inner: String = places.into_iter().map(|place| SPECIAL[order[place as usize]]).collect();
    [ENDS[0], &inner, ENDS[1]].concat()
}

/// Random places in a list of characters; none where there is no character.
fn places(scenario: &Scenario, count: usize) -> Vec<i64> {
    let mut random = scenario.random("places");
    let length = if count == 0 { 0 } else { scenario.size("length") };
    (0..length).map(|_| random.integer(0, count as i64)).collect()
}

/// A random text of these characters.
fn drawn(scenario: &Scenario, characters: &[char]) -> String {
    let places = places(scenario, characters.len());
    places.into_iter().map(|place| characters[place as usize]).collect()
}
