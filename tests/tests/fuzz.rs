//! Bytes that nobody would write, given to everything that reads what others have written. A reader may refuse them; it
//! may not panic, and what it accepts it must be able to write and read again.
//!
//! Mutations of real texts from a fixed seed, for two seconds each, or for as many as `FUZZ_SECONDS` says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use judge::fixtures;
use judge::grading::assignment::Assignment;
use sandbox::stage;
use sandbox::toolkit::Toolkit;
use tests::{archives, root};
use wire::{ChildReply, ChildRequest, Decoder, Frame, Hello, Outcome, ServerReply, Tensor, Tensors};

/// The largest answer that the fuzzed decoder takes.
const MAX_BODY: usize = 1 << 16;

fn budget() -> Duration {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(2))
}

/// Numbers that look drawn: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// What readers stumble over.
const TOKENS: [&[u8]; 14] = [
    &[0xff; 8],
    &[0; 8],
    &[0, 0, 0, 0, 0, 0, 0, 0x40],
    b"18446744073709551615",
    b"-1",
    b"1e999",
    b"nan",
    b"\"\"",
    b"null",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":",
    b"\xc3\x28",
    b"\n",
    b"../../",
];

/// A few changes of a text.
fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        let end = at + dice.below((bytes.len() - at).min(64) + 1);
        match dice.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            1 if !bytes.is_empty() => bytes[at] = dice.below(256) as u8,
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => bytes.truncate(at),
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                let to = from + dice.below((other.len() - from).min(64) + 1);
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => {
                let token = TOKENS[dice.below(TOKENS.len())];
                bytes.splice(at..end, token.iter().copied());
            }
        }
    }
    bytes
}

/// Reads mutations until the time is over. The seeds themselves must be accepted, so that something is fuzzed at all.
fn fuzz(name: &str, seeds: &[Vec<u8>], read: impl Fn(&[u8]) -> bool) {
    for seed in seeds {
        assert!(read(seed), "{name}: a text as it should be is refused");
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let begun = Instant::now();
    let (mut tried, mut accepted) = (0_u64, 0_u64);
    while begun.elapsed() < budget() {
        let bytes = mutated(seeds, &mut dice);
        let result = panic::catch_unwind(AssertUnwindSafe(|| read(&bytes)));
        let Ok(is_accepted) = result else {
            panic!("{name}: a panic on {:?}", bytes.escape_ascii().to_string());
        };
        tried += 1;
        accepted += u64::from(is_accepted);
    }
    assert!(tried > 50, "{name}: only {tried} texts were tried");
    say(&format!("{name}: {tried} texts, {accepted} of them accepted"));
}

#[expect(clippy::print_stdout, reason = "figures for whoever runs this for long")]
fn say(line: &str) {
    println!("{line}");
}

fn tensors() -> Tensors {
    [
        ("a".to_owned(), Tensor::real(0.5)),
        ("b/c".to_owned(), Tensor::integer(-3)),
    ]
    .into()
}

/// Reads all frames of a stream, which comes in pieces.
fn read_frames<M: serde::de::DeserializeOwned + serde::Serialize>(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new(MAX_BODY);
    let mut frames = 0;
    for piece in bytes.chunks(17) {
        decoder.push(piece);
        loop {
            match decoder.next_frame::<M>() {
                Ok(Some(frame)) => {
                    let again = frame.encode().unwrap();
                    let mut decoder = Decoder::new(again.len());
                    decoder.push(&again);
                    assert!(decoder.next_frame::<M>().unwrap().is_some());
                    frames += 1;
                }
                Ok(None) => break,
                Err(_) => return false,
            }
        }
    }
    frames > 0 && decoder.is_empty()
}

#[test]
fn frames_of_a_child() {
    let reply = |message| Frame::new(message, tensors()).encode().unwrap();
    let outcome = Outcome::Panicked {
        message: "no idea".to_owned(),
        location: Some("attention.rs:3".to_owned()),
    };
    let seeds = [
        reply(ChildReply::Answer {
            id: 7,
            outcome: Outcome::Returned,
        }),
        reply(ChildReply::Answer { id: 8, outcome }),
        reply(ChildReply::Part {
            part: "greedy".to_owned(),
        }),
        reply(ChildReply::Batch),
        reply(ChildReply::Ready(Ok(()))),
        reply(ChildReply::Ready(Err("no filter".to_owned()))),
    ];
    fuzz("frames of a child", &seeds, read_frames::<ChildReply>);
}

#[test]
fn frames_of_a_server_and_requests() {
    let hello = ServerReply::Hello(Hello {
        protocol: wire::PROTOCOL,
        tasks: vec!["greedy".to_owned()],
    });
    let seeds = [Frame::new(hello, Tensors::new()).encode().unwrap()];
    fuzz("frames of a server", &seeds, read_frames::<ServerReply>);
    let request = ChildRequest::Batch { more: true };
    let seeds = [Frame::new(request, tensors()).encode().unwrap()];
    fuzz("requests", &seeds, read_frames::<ChildRequest>);
}

#[test]
fn tensors_of_a_frame_and_of_a_file() {
    let small = fs::read(root().join("fixtures/golden/greedy/expected.safetensors")).unwrap();
    let seeds = [wire::layout::encode(&tensors()).unwrap(), small];
    fuzz("tensors", &seeds, |bytes| match wire::layout::decode(bytes) {
        Ok(tensors) => {
            let again = wire::layout::encode(&tensors).unwrap();
            assert_eq!(
                wire::layout::encode(&wire::layout::decode(&again).unwrap()).unwrap(),
                again
            );
            true
        }
        Err(_) => false,
    });
}

#[test]
fn assignments() {
    let folder = root().join("fixtures/assignments");
    let (id, seed) = ("uva-dl1-a2", fs::read(folder.join("uva-dl1-a2.toml")).unwrap());
    fuzz("assignments", &[seed], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        Assignment::parse(&text, id, tasks::ALL).is_ok()
    });
}

/// A file that is written again for every text.
fn file(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::Builder::new().tempdir_in("/dev/shm");
    let folder = folder.or_else(|_| tempfile::tempdir()).unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

#[test]
fn manifests_of_fixtures() {
    let (folder, path) = file("manifest.json");
    let seed = fs::read(root().join("fixtures/manifest.json")).unwrap();
    fuzz("manifests", &[seed], |bytes| {
        fs::write(&path, bytes).unwrap();
        fixtures::load_manifest(folder.path()).is_ok()
    });
}

#[test]
fn notes_on_the_toolkit() {
    let (_folder, path) = file("toolkit.json");
    let seed = fs::read(root().join("target/release/toolkit.json")).unwrap();
    fuzz("toolkits", &[seed], |bytes| {
        fs::write(&path, bytes).unwrap();
        Toolkit::load(&path).is_ok()
    });
}

#[test]
fn submissions_with_their_manifests() {
    let (folder, _) = file("");
    let submission = folder.path().join("submission");
    let template = root().join("student_template");
    tests::copy_tree(&template, &submission);
    let manifest = fs::read(template.join("Cargo.toml")).unwrap();
    let source = fs::read(template.join("src/normalization.rs")).unwrap();
    let staged = folder.path().join("staged");
    fuzz("submissions", &[manifest, source], |bytes| {
        fs::write(submission.join("Cargo.toml"), bytes).unwrap();
        fs::write(submission.join("src/normalization.rs"), bytes).unwrap();
        let _ = fs::remove_dir_all(&staged);
        stage::stage(&submission, &template, &staged).is_ok()
    });
}

#[test]
fn archives_of_submissions() {
    let (folder, archive) = file("archive");
    let template = folder.path().join("template");
    fs::create_dir_all(template.join("src")).unwrap();
    for given in ["types.rs", "parts.rs"] {
        fs::write(template.join("src").join(given), "").unwrap();
    }
    let packed = |name: &str| (name.to_owned(), b"// own\n".repeat(20));
    let files = vec![
        packed("a2/src/attention.rs"),
        packed("a2/Cargo.lock"),
        packed("a2/.DS_Store"),
    ];
    let tar = archives::tar(&files);
    let seeds = [archives::zip(&files), archives::gzip(&tar), tar];
    let staged = folder.path().join("staged");
    fuzz("archives", &seeds, |bytes| {
        fs::write(&archive, bytes).unwrap();
        let _ = fs::remove_dir_all(&staged);
        match stage::stage(&archive, &template, &staged) {
            Ok(_) => true,
            Err(error) => {
                // Whatever is in it is the student's doing.
                assert!(!error.is_ours(), "{error}");
                false
            }
        }
    });
}
