//! The report as a stream: a line a task while the submission is judged, and the same as the JSON report in the end.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Map, Value};
use tests::{Run, Submission, command, grade, program, root};

/// A few tasks, of which some call others: what calls a task may still charge it.
const TASKS: [&str; 10] = [
    "--task",
    "rms_norm",
    "--task",
    "causal_mask",
    "--task",
    "causal_self_attention",
    "--task",
    "split_heads",
    "--task",
    "greedy",
];

/// The events of a stream, and the JSON report of the same run.
fn streamed(submission: &Submission, more: &[&str]) -> (Vec<Value>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stream.jsonl");
    let target = format!("jsonl={}", path.display());
    let (run, report) = submission.graded(&[&TASKS[..], &["--fresh", "--report", &target], more].concat());
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    (events(&fs::read_to_string(path).unwrap()), report)
}

fn events(text: &str) -> Vec<Value> {
    assert!(text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The report that events make together.
fn together(events: &[Value]) -> Value {
    let mut whole = Map::new();
    let (mut tasks, mut notes) = (Vec::new(), Vec::new());
    for event in events {
        match event["event"].as_str().unwrap() {
            "task" => tasks.push(event["task"].clone()),
            "note" => notes.push(event["note"].clone()),
            _ => whole.extend(event.as_object().unwrap().clone()),
        }
    }
    let ids: Vec<Value> = tasks.iter().map(|task: &Value| task["id"].clone()).collect();
    assert_eq!(
        whole["tasks"],
        Value::from(ids),
        "they come in the order that the start names"
    );
    whole.insert("tasks".to_owned(), tasks.into());
    whole.insert("notes".to_owned(), notes.into());
    whole.remove("event");
    whole.into()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

fn assert_same(events: &[Value], report: &Value) {
    let names = names(events);
    assert_eq!((names[0], *names.last().unwrap()), ("start", "end"), "{names:?}");
    assert_eq!(&together(events), report);
    let schema = fs::read_to_string(root().join("graders/report/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for event in events {
        assert!(validator.is_valid(event), "{event}");
    }
}

#[test]
fn the_events_on_the_reference_are_its_report() {
    let (events, report) = streamed(&Submission::reference(), &[]);
    assert_same(&events, &report);
    assert_eq!(report["totals"]["percent"], 100.0);
    let (again, report) = streamed(&Submission::reference(), &["--seed", "7"]);
    assert_same(&again, &report);
}

#[test]
fn the_events_on_a_wrong_submission_are_its_report() {
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", "    logits.argmin(-1, false)");
    let (events, report) = streamed(&submission, &[]);
    assert_same(&events, &report);
    let verdicts: Vec<&Value> = events.iter().map(|event| &event["task"]["verdict"]).collect();
    assert!(verdicts.contains(&&Value::from("wrong")), "{verdicts:?}");
}

/// A part that is right by its own checks, and wrong where a larger task calls it, is told with what that has found.
#[test]
fn a_part_is_told_when_nothing_can_charge_it_any_more() {
    let once = "    if input.size() == [3, 12, 10] { return (input * 2.0).unflatten(-1, [heads, -1]).transpose(1, 2); }
    input.unflatten(-1, [heads, -1]).transpose(1, 2)";
    let submission = Submission::reference().with_body("src/attention.rs", "split_heads", once);
    let (events, report) = streamed(&submission, &[]);
    assert_same(&events, &report);
    let part = events
        .iter()
        .find(|event| event["task"]["id"] == "split_heads")
        .unwrap();
    assert!(part.to_string().contains("as-a-part"), "{part:#}");
    assert_eq!(part["task"]["verdict"], "wrong");
}

/// A terminal shows each task when it is judged, and the report as it is elsewhere below them.
#[test]
fn a_terminal_shows_a_line_a_task_and_then_the_report() {
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", "    logits.argmin(-1, false)");
    let words = [&["--submission", path_of(&submission), "--fresh"], &TASKS[..]].concat();
    let elsewhere = grade(&words);
    let line = format!("{} {}", program().display(), words.join(" "));
    #[expect(clippy::disallowed_methods, reason = "the program under test, on a terminal")]
    let terminal = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .output()
        .unwrap();
    let shown = plain(&String::from_utf8_lossy(&terminal.stdout));
    let title = elsewhere.stdout.lines().next().unwrap();
    let (rows, report) = shown.split_once(title).unwrap_or_else(|| panic!("no {title}: {shown}"));
    let places = [
        "causal_mask",
        "split_heads",
        "causal_self_attention",
        "rms_norm",
        "greedy",
    ]
    .map(|id| rows.find(&format!("  {id:<28} ")));
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?}: {rows}"
    );
    assert!(rows.contains("wrong") && report.contains("greedy"), "{shown}");
    assert!(
        !elsewhere.stdout.contains("causal_self_attention         "),
        "{}",
        elsewhere.stdout
    );
}

/// What a terminal is told, without the commands among it.
fn plain(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    let after = |piece: &str| {
        let end = piece.find(|letter: char| letter.is_ascii_alphabetic());
        end.map_or(String::new(), |end| piece[end + 1..].to_owned())
    };
    pieces.fold(first, |text, piece| text + &after(piece))
}

#[test]
fn a_file_that_does_not_compile_is_told_task_by_task() {
    let submission = Submission::reference().with_file("src/sampling.rs", "does not compile");
    let (events, report) = streamed(&submission, &[]);
    assert_same(&events, &report);
    let greedy = events.iter().find(|event| event["task"]["id"] == "greedy").unwrap();
    assert_eq!(greedy["task"]["verdict"], "did_not_compile");
}

fn path_of(submission: &Submission) -> &str {
    submission.path().to_str().unwrap()
}

#[test]
fn a_refused_submission_ends_its_stream_and_claims_no_points() {
    let empty = Submission::empty().with_file("notes.txt", "nothing here");
    let run = grade(["--submission", path_of(&empty), "--report", "jsonl=-"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    let events = events(&run.stdout);
    assert_eq!(names(&events), ["end"]);
    assert_eq!(events[0]["conclusion"], "refused");
    assert!(events[0]["reason"].to_string().contains("no crate"), "{}", events[0]);
    assert!(events[0].get("totals").is_none());
    assert!(
        run.stderr.contains("src"),
        "it is said to a person as well: {}",
        run.stderr
    );
}

#[test]
fn a_dash_gives_standard_output_to_the_stream() {
    let reference = Submission::reference();
    let words = ["--submission", path_of(&reference), "--fresh", "--report", "jsonl=-"];
    let Run { code, stdout, stderr } = grade(words.iter().chain(&TASKS));
    assert_eq!(code, Some(0), "{stderr}");
    let events = events(&stdout);
    assert_eq!(
        names(&events).iter().filter(|name| **name == "task").count(),
        TASKS.len() / 2
    );
    assert!(
        stderr.contains("rms_norm") || stderr.contains("passed"),
        "the report for people: {stderr}"
    );
    let two = [
        "--submission",
        path_of(&reference),
        "--report",
        "json=-",
        "--report",
        "jsonl=-",
    ];
    let run = grade(two);
    assert_eq!(run.code, Some(2));
    assert!(
        serde_json::from_str::<Value>(&run.stdout).is_ok(),
        "one report only: {}",
        run.stdout
    );
}

/// The first line can be read while the last task is judged: the program waits for whoever reads it.
#[test]
fn a_line_can_be_read_before_the_last_task_is_judged() {
    let body = "    let _ = logits;\n    loop {\n        std::hint::spin_loop();\n    }";
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", body);
    let words = ["--submission", path_of(&submission), "--fresh", "--report", "jsonl=-"];
    let mut child = command(words.iter().chain(&TASKS))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first_two: Vec<Value> = lines
        .by_ref()
        .take(2)
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    assert_eq!(names(&first_two), ["start", "task"]);
    assert!(
        child.try_wait().unwrap().is_none(),
        "it is still at work on the endless task"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        lines.all(|line| !line.unwrap().contains("\"event\":\"end\"")),
        "what was stopped has no end"
    );
}

#[test]
fn no_older_stream_is_left_standing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stream.jsonl");
    fs::write(&path, "{\"event\":\"end\"}\n").unwrap();
    let target = format!("jsonl={}", path.display());
    let run = grade(["--submission", "/no/such/folder", "--report", &target]);
    assert_eq!(run.code, Some(2));
    let events = events(&fs::read_to_string(&path).unwrap());
    assert_eq!(
        (names(&events), &events[0]["conclusion"]),
        (vec!["end"], &"refused".into())
    );
}
