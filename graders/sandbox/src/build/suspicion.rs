//! Which files are looked at first: those with what usually is the cause. It saves time, and decides nothing.

/// What keeps a compiler busy, or needs its memory: constants that are computed, macros, functions of many types.
const BUSY: [(&str, usize); 10] = [
    ("long_running_const_eval", 1000),
    ("recursion_limit", 1000),
    ("macro_rules!", 100),
    ("const fn", 100),
    ("const {", 100),
    ("static ", 20),
    ("const ", 10),
    ("trait ", 5),
    ("impl<", 5),
    ("while ", 1),
];

/// What reaches code of other files without being called there.
const REACHING: [(&str, usize); 5] = [
    ("impl ", 10),
    ("impl<", 30),
    ("macro_export", 100),
    ("macro_rules!", 10),
    ("trait ", 10),
];

/// How likely it is that a file keeps the compiler busy.
pub(super) fn busy(text: &[u8]) -> usize {
    weigh(text, &BUSY)
}

/// How likely it is that a file breaks what is not its own.
pub(super) fn reaching(text: &[u8]) -> usize {
    let text = String::from_utf8_lossy(text);
    // What is implemented for a type of another file is the usual way.
    let foreign = text.lines().filter(|line| {
        let rest = line.trim_start().strip_prefix("impl");
        rest.is_some_and(|rest| [" for ", "crate::", "tch::"].iter().any(|word| rest.contains(word)))
    });
    weigh(text.as_bytes(), &REACHING) + 50 * foreign.count()
}

fn weigh(text: &[u8], words: &[(&str, usize)]) -> usize {
    let text = String::from_utf8_lossy(text);
    words
        .iter()
        .map(|(word, weight)| weight * text.matches(word).count())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_file_is_less_suspicious_than_one_with_the_usual_cause() {
        let plain = b"use tch::Tensor;\npub fn f(x: &Tensor) -> Tensor { while true {} x.relu() }\n";
        let constant = b"const X: u64 = { let mut i = 0; while i < 9 { i += 1; } i };";
        assert!(busy(constant) > busy(plain));
        assert!(busy(b"macro_rules! m { () => { m!() } }") > busy(constant));
        assert!(reaching(b"impl Drop for crate::types::A { }") > reaching(b"struct B;\nimpl B { }"));
        assert_eq!(reaching(plain), 0);
    }
}
