//! Mutants of a small file, and what is made of their fates.

use super::*;

const SOURCE: &str = "\
use tch::Tensor;

pub fn halves(input: &Tensor, count: i64) -> Tensor {
    // solution:begin halve it
    if count < 1 {
        return input.shallow_clone();
    }
    -input.sum_dim_intlist(-1, true, None) / 2.0 + shift(count, 0)
    // solution:end
}

// helper:begin
fn shift(first: i64, second: i64) -> i64 {
    first - second
}

#[cfg(test)]
mod tests {
    fn untouched() -> i64 {
        1 + 1
    }
}
// helper:end
";

fn afters() -> Vec<String> {
    let mutants = mutants::of_file("halves.rs", SOURCE).expect("a file that can be read");
    mutants.into_iter().map(|mutant| mutant.after).collect()
}

#[test]
fn mutants_change_operators_terms_signs_axes_constants_statements_and_arguments() {
    let shown = afters().into_iter().map(|after| {
        if after.is_empty() {
            "(deleted)".to_owned()
        } else {
            after
        }
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r"
    (deleted)
    if !(count < 1) {
    if count <= 1 {
    if count < 0 {
    if count < 2 {
    (deleted)
    return input;
    input.sum_dim_intlist(-1, true, None) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, true, None) + shift(count, 0)
    2.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, true, None) / 2.0
    shift(count, 0)
    -input / 2.0 + shift(count, 0)
    -input.mean_dim(-1, true, None) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(-2, true, None) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(0, true, None) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(true, -1, None) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, false, None) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, None, true) / 2.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, true, None) * 2.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, true, None) / 4.0 + shift(count, 0)
    -input.sum_dim_intlist(-1, true, None) / 2.0 - shift(count, 0)
    -input.sum_dim_intlist(-1, true, None) / 2.0 + shift(0, count)
    -input.sum_dim_intlist(-1, true, None) / 2.0 + shift(count, -1)
    -input.sum_dim_intlist(-1, true, None) / 2.0 + shift(count, 1)
    first
    second
    first + second
    ");
}

#[test]
fn every_mutant_is_one_change_that_can_be_read() {
    for mutant in mutants::of_file("halves.rs", SOURCE).expect("a file that can be read") {
        let changed = mutant.apply(SOURCE);
        assert_ne!(changed, SOURCE);
        assert!(syn::parse_file(&changed).is_ok(), "{mutant}");
    }
}

#[test]
fn the_order_of_mutants_is_always_the_same_and_none_stands_twice() {
    let changes = || -> Vec<(String, String)> {
        let mutants = mutants::of_file("halves.rs", SOURCE).expect("a file that can be read");
        mutants
            .into_iter()
            .map(|mutant| (mutant.before, mutant.after))
            .collect()
    };
    let (first, second) = (changes(), changes());
    assert_eq!(first, second);
    let mut unique = first.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), first.len());
}

#[test]
fn survivors_are_explained_or_told_and_an_explanation_of_a_killed_one_is_wrong() {
    let mutants = mutants::of_file("halves.rs", SOURCE).expect("a file that can be read");
    let [first, second, third, fourth, ..] = mutants.as_slice() else {
        panic!("too few mutants")
    };
    let entry = |mutant: &Mutant| {
        let (before, after) = (&mutant.before, &mutant.after);
        format!(
            "[[mutant]]\nfile = \"halves.rs\"\nfunction = \"halves\"\nbefore = {before:?}\nafter = {after:?}\nwhy = \"a reason\"\n"
        )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("{}{}", entry(first), entry(second));
    fs::write(folder.path().join("equivalent-mutants.toml"), text).expect("a file");
    let equivalents = Equivalents::load(folder.path()).expect("what was just written");
    let killed = || Fate::Killed {
        by: "halves/golden-f64/all".to_owned(),
    };
    let fates = [Fate::Survived, killed(), Fate::Survived, Fate::DoesNotCompile];
    let tally = Tally::new(&[first, second, third, fourth], &fates, &equivalents);
    assert_eq!(
        tally.closing(),
        "4 mutants: 1 killed, 1 equivalent, 1 survived, 1 did not compile"
    );
    assert_eq!(tally.survivors, [third]);
    assert_eq!(tally.killed_equivalents, [second]);
    assert_eq!(equivalents.stale(&mutants), Vec::<String>::new());
    assert_eq!(
        equivalents.stale(&mutants[1..]).len(),
        1,
        "the first is explained, and is no more"
    );
}

#[test]
fn a_journal_remembers_and_survivors_are_judged_again_by_another_grader() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mutants.jsonl");
    let journal = Journal::open(&path, false).expect("a journal");
    journal.add("one", "grader", Fate::DoesNotCompile).expect("a line");
    journal.add("two", "grader", Fate::Survived).expect("a line");
    let journal = Journal::open(&path, false).expect("a journal");
    assert_eq!(journal.known("one", "other"), Some(Fate::DoesNotCompile));
    assert_eq!(journal.known("two", "grader"), Some(Fate::Survived));
    assert_eq!(journal.known("two", "other"), None);
    let journal = Journal::open(&path, true).expect("a journal");
    assert_eq!(journal.known("one", "grader"), None);
}

#[test]
fn of_two_lines_that_are_the_same_the_line_above_tells_which_one_is_explained() {
    let source =
        "pub fn pair() -> [i64; 2] {\n// solution:begin a pair\n[\n1,\n// Second.\n1,\n]\n// solution:end\n}\n";
    let mutants = mutants::of_file("pair.rs", source).expect("a file that can be read");
    let twos: Vec<&Mutant> = mutants.iter().filter(|mutant| mutant.after == "2,").collect();
    let folder = tempfile::tempdir().expect("a folder");
    let explained = |above: &str| -> Vec<usize> {
        let text = format!(
            "[[mutant]]\nfile = \"pair.rs\"\nfunction = \"pair\"\n{above}before = \"1,\"\nafter = \"2,\"\nwhy = \"a reason\"\n"
        );
        fs::write(folder.path().join("equivalent-mutants.toml"), text).expect("a file");
        let equivalents = Equivalents::load(folder.path()).expect("what was just written");
        let explained = twos.iter().filter(|mutant| equivalents.explains(mutant));
        explained.map(|mutant| mutant.line).collect()
    };
    assert_eq!(explained(""), [4, 6]);
    assert_eq!(explained("above = \"// Second.\"\n"), [6]);
}

#[test]
fn a_file_of_many_mutants_is_one_that_can_be_read_and_each_is_charged_with_its_own_lines() {
    let mutants = mutants::of_file("halves.rs", SOURCE).expect("a file that can be read");
    let numbered: Vec<(usize, &Mutant)> = (1..).zip(&mutants).collect();
    let joint = joint::Joint::new(SOURCE, &numbered).expect("a file that can be read");
    assert!(syn::parse_file(&joint.text).is_ok());
    let numbers: Vec<usize> = joint.arms.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=mutants.len()).collect::<Vec<_>>());
    let lines: Vec<&str> = joint.text.lines().collect();
    for ((number, own), mutant) in joint.arms.iter().zip(&mutants) {
        let text = lines[own.start - 1..own.end - 1].join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.starts_with(&format!("{number} => {{")) && text.contains(&mutant.after),
            "{mutant}"
        );
        let message = format!("error[E0308]: mismatched types\n  --> halves.rs:{}:9\n", own.end - 1);
        assert_eq!(joint.charged("halves.rs", &message), [*number]);
        assert_eq!(joint.charged("other.rs", &message), [0; 0]);
    }
}
