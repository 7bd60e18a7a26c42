//! What is seen of workers that behave well, badly, and not at all.

use std::time::Duration;

use sandbox::launch::Launcher;
use sandbox::talk::{CallOptions, Child, PartAnswer, Settings, StartError, TalkError, Worker};
use wire::message::CudaTrouble;
use wire::{Call, Device, Ended, Observed, Outcome, Tensor, Tensors};

use crate::{Test, fake};

pub(crate) const TESTS: &[Test] = &[
    ("an_honest_worker_is_heard", an_honest_worker_is_heard),
    (
        "a_part_is_answered_if_it_is_to_be_substituted",
        a_part_is_answered_if_it_is_to_be_substituted,
    ),
    (
        "batches_are_served_until_there_are_no_more",
        batches_are_served_until_there_are_no_more,
    ),
    (
        "a_batch_is_refused_to_a_call_that_does_not_train",
        a_batch_is_refused_to_a_call_that_does_not_train,
    ),
    ("a_call_can_have_a_limit_of_its_own", a_call_can_have_a_limit_of_its_own),
    (
        "what_is_no_answer_is_malformed_and_ends_the_child",
        what_is_no_answer_is_malformed_and_ends_the_child,
    ),
    (
        "an_answer_of_nan_comes_through_as_it_is",
        an_answer_of_nan_comes_through_as_it_is,
    ),
    (
        "a_busy_call_is_stopped_by_its_cpu_time",
        a_busy_call_is_stopped_by_its_cpu_time,
    ),
    (
        "a_sleeping_call_is_stopped_by_what_it_sleeps",
        a_sleeping_call_is_stopped_by_what_it_sleeps,
    ),
    (
        "a_call_that_keeps_asking_is_stopped_by_what_others_compute_for_it",
        a_call_that_keeps_asking_is_stopped_by_what_others_compute_for_it,
    ),
    (
        "threads_are_counted_and_too_many_end_the_child",
        threads_are_counted_and_too_many_end_the_child,
    ),
    (
        "what_a_call_uses_is_told_also_what_it_sleeps",
        what_a_call_uses_is_told_also_what_it_sleeps,
    ),
    (
        "a_process_that_ends_is_told_from_a_failed_allocation",
        a_process_that_ends_is_told_from_a_failed_allocation,
    ),
    (
        "a_worker_that_does_not_start_is_told_by_its_last_words",
        a_worker_that_does_not_start_is_told_by_its_last_words,
    ),
    (
        "a_worker_of_another_version_is_refused",
        a_worker_of_another_version_is_refused,
    ),
    (
        "a_server_without_children_is_a_fault_of_ours",
        a_server_without_children_is_a_fault_of_ours,
    ),
    (
        "a_child_that_cannot_be_confined_is_found_before_any_call",
        a_child_that_cannot_be_confined_is_found_before_any_call,
    ),
    (
        "a_server_that_a_child_brought_down_is_started_again",
        a_server_that_a_child_brought_down_is_started_again,
    ),
    (
        "a_worker_on_cuda_says_what_holds_it_back",
        a_worker_on_cuda_says_what_holds_it_back,
    ),
    (
        "a_gpu_that_is_missing_is_found_before_any_call",
        a_gpu_that_is_missing_is_found_before_any_call,
    ),
];

fn worker(behaviour: &str) -> Result<Worker, StartError> {
    start(Settings::new(Launcher::this().unwrap()), behaviour)
}

fn worker_on_cuda(behaviour: &str) -> Result<Worker, StartError> {
    let settings = Settings::new(Launcher::this().unwrap());
    start(settings.on_cuda("/l/libtorch_cuda.so".into()), behaviour)
}

fn start(mut settings: Settings, behaviour: &str) -> Result<Worker, StartError> {
    settings
        .environment
        .insert(fake::BEHAVIOUR.to_owned(), behaviour.to_owned());
    settings.limits.cpu_seconds = 0.05;
    settings.limits.answer_bytes = 1000;
    settings.patience = Duration::from_secs(2);
    Worker::start(&std::env::current_exe().unwrap(), settings)
}

fn call(substitutes: &[&str]) -> Call {
    Call {
        id: 7,
        task: "twice".to_owned(),
        device: Device::Cpu,
        seed: 0,
        echo: false,
        parameters: false,
        gradients: vec![],
        substitutes: substitutes.iter().map(ToString::to_string).collect(),
        batches: false,
        layout: wire::MemoryLayout::Contiguous,
    }
}

fn frame() -> Tensors {
    Tensors::from([("x".to_owned(), Tensor::real(0.5))])
}

fn ask(child: &mut Child, substitutes: &[&str]) -> Observed {
    let mut double = |part: &str, arguments: Tensors| {
        assert_eq!(part, "twice");
        let x = arguments["x"].item().unwrap();
        let outputs = Some(Tensors::from([("y".to_owned(), Tensor::real(2.0 * x))]));
        PartAnswer { outputs, seconds: 0.02 }
    };
    let options = CallOptions {
        parts: Some(&mut double),
        ..CallOptions::default()
    };
    child.call(&call(substitutes), frame(), options).unwrap()
}

fn observe(behaviour: &str) -> (Observed, bool) {
    let worker = worker(behaviour).unwrap();
    let mut child = worker.child().unwrap();
    let observed = ask(&mut child, &[]);
    (observed, child.is_alive())
}

fn an_honest_worker_is_heard() {
    let worker = worker("honest").unwrap();
    assert_eq!(worker.tasks(), ["twice"]);
    assert!(
        worker
            .sandbox_status()
            .unwrap()
            .to_string()
            .starts_with("separate process, limits")
    );
    assert!(worker.peak_memory_kib().unwrap() > 0);
    let mut child = worker.child().unwrap();
    for _ in 0..3 {
        let expected = Observed::Answered {
            outcome: Outcome::Returned,
            tensors: frame(),
        };
        assert_eq!(ask(&mut child, &[]), expected);
    }
    assert!(child.is_alive());
}

fn a_part_is_answered_if_it_is_to_be_substituted() {
    let worker = worker("asking").unwrap();
    let observed = ask(&mut worker.child().unwrap(), &["twice"]);
    let tensors = Tensors::from([("y".to_owned(), Tensor::real(6.0))]);
    assert_eq!(
        observed,
        Observed::Answered {
            outcome: Outcome::Returned,
            tensors
        }
    );
    let (observed, _) = observe("asking");
    assert!(matches!(observed, Observed::Malformed { .. }), "{observed:?}");
}

/// Has a worker train on the numbers 1, 2, 3, and says what was seen and how often it asked.
fn train(behaviour: &str, batches: bool) -> (Observed, u32) {
    let worker = worker(behaviour).unwrap();
    let mut asked = 0;
    let mut serve = || {
        asked += 1;
        (asked <= 3).then(|| Tensors::from([("x".to_owned(), Tensor::real(f64::from(asked)))]))
    };
    let options = CallOptions {
        batches: Some(&mut serve),
        ..CallOptions::default()
    };
    let call = Call { batches, ..call(&[]) };
    let observed = worker.child().unwrap().call(&call, frame(), options).unwrap();
    (observed, asked)
}

fn batches_are_served_until_there_are_no_more() {
    let (observed, asked) = train("training", true);
    let tensors = Tensors::from([("sum".to_owned(), Tensor::real(6.0))]);
    let expected = Observed::Answered {
        outcome: Outcome::Returned,
        tensors,
    };
    // Once more after the end, to be told so again.
    assert_eq!((observed, asked), (expected, 5));
}

fn a_batch_is_refused_to_a_call_that_does_not_train() {
    let (observed, asked) = train("training", false);
    assert!(matches!(observed, Observed::Malformed { .. }), "{observed:?}");
    assert_eq!(asked, 0);
}

fn a_call_can_have_a_limit_of_its_own() {
    let worker = worker("busy").unwrap();
    let options = CallOptions {
        cpu_seconds: Some(0.3),
        ..CallOptions::default()
    };
    let observed = worker.child().unwrap().call(&call(&[]), frame(), options).unwrap();
    assert!(
        matches!(observed, Observed::TimedOut { cpu, by_cpu: true, .. } if cpu >= 0.3),
        "{observed:?}"
    );
}

fn what_is_no_answer_is_malformed_and_ends_the_child() {
    for behaviour in [
        "other", "chatty", "babbling", "cut", "boasting", "leaving", "vast", "confused",
    ] {
        let (observed, is_alive) = observe(behaviour);
        assert!(
            matches!(observed, Observed::Malformed { .. }),
            "{behaviour}: {observed:?}"
        );
        assert!(!is_alive, "{behaviour}");
    }
    // Words that nobody asked for are found at the next call.
    let worker = worker("hasty").unwrap();
    let mut child = worker.child().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(matches!(ask(&mut child, &[]), Observed::Malformed { .. }));
    assert!(matches!(
        child.call(&call(&[]), frame(), CallOptions::default()),
        Err(TalkError::Gone)
    ));
}

/// Whether it is right is the judge's to say, and NaN is as wrong as any other number.
fn an_answer_of_nan_comes_through_as_it_is() {
    let (observed, is_alive) = observe("nowhere");
    let Observed::Answered { tensors, .. } = observed else {
        panic!("{observed:?}");
    };
    assert!(tensors["x"].item().unwrap().is_nan());
    assert!(is_alive);
}

fn a_busy_call_is_stopped_by_its_cpu_time() {
    let (observed, is_alive) = observe("busy");
    assert!(
        matches!(observed, Observed::TimedOut { cpu, by_cpu: true, .. } if cpu >= 0.05),
        "{observed:?}"
    );
    assert!(!is_alive);
}

fn a_sleeping_call_is_stopped_by_what_it_sleeps() {
    let worker = worker("sleeping").unwrap();
    let mut child = worker.child().unwrap();
    let observed = ask(&mut child, &[]);
    assert!(
        matches!(observed, Observed::TimedOut { wall, by_cpu: false, .. } if wall >= 0.2),
        "{observed:?}"
    );
    assert!(child.used().slept >= 0.2, "{:?}", child.used());
}

fn a_call_that_keeps_asking_is_stopped_by_what_others_compute_for_it() {
    let worker = worker("asking-on").unwrap();
    let mut child = worker.child().unwrap();
    let observed = ask(&mut child, &["twice"]);
    assert!(
        matches!(observed, Observed::TimedOut { by_cpu: false, .. }),
        "{observed:?}"
    );
    assert!(!child.is_alive());
    assert!(child.used().cpu >= 0.05, "{:?}", child.used());
}

fn threads_are_counted_and_too_many_end_the_child() {
    let worker = worker("crowded").unwrap();
    let mut child = worker.child().unwrap();
    let mut observed = ask(&mut child, &[]);
    // The answer may have come while the threads were still being started.
    for _ in 0..100 {
        if !matches!(observed, Observed::Answered { .. }) {
            break;
        }
        observed = ask(&mut child, &[]);
    }
    assert_eq!(observed, Observed::TooManyThreads { limit: 64 });
    assert!(!child.is_alive());
}

fn what_a_call_uses_is_told_also_what_it_sleeps() {
    let worker = worker("dozing").unwrap();
    let mut child = worker.child().unwrap();
    let options = CallOptions {
        cpu_seconds: Some(5.0),
        ..CallOptions::default()
    };
    let observed = child.call(&call(&[]), frame(), options).unwrap();
    assert!(matches!(observed, Observed::Answered { .. }), "{observed:?}");
    let used = child.used();
    assert!(used.slept > 0.05 && used.wall >= 0.15, "{used:?}");
}

fn a_process_that_ends_is_told_from_a_failed_allocation() {
    let (observed, _) = observe("aborting");
    // The fake's child is its server, which is gone together with it.
    assert_eq!(
        observed,
        Observed::Ended {
            how: Ended::Signalled(9)
        }
    );
    let (observed, is_alive) = observe("exiting");
    assert!(matches!(observed, Observed::Ended { .. }), "{observed:?}");
    assert!(!is_alive);
    let (observed, is_alive) = observe("panicking");
    assert!(matches!(observed, Observed::OutOfMemory { .. }), "{observed:?}");
    assert!(is_alive);
}

fn a_worker_that_does_not_start_is_told_by_its_last_words() {
    let error = worker("dies").unwrap_err();
    assert!(
        matches!(&error, StartError::NoHello { stderr, .. } if stderr == "cannot find my library"),
        "{error}"
    );
    let error = worker("silent").unwrap_err();
    assert!(
        matches!(&error, StartError::NoHello { reason, .. } if reason == "it took too long"),
        "{error}"
    );
}

fn a_worker_of_another_version_is_refused() {
    let error = worker("stranger").unwrap_err();
    assert!(
        matches!(error, StartError::Protocol { theirs } if theirs == wire::PROTOCOL + 1),
        "{error}"
    );
}

fn a_server_without_children_is_a_fault_of_ours() {
    // Nobody's code has run yet, so nobody is to blame.
    for (behaviour, words) in [("tired", "no more"), ("gone", "is gone"), ("stillborn", "is gone")] {
        let error = worker(behaviour).unwrap_err();
        assert!(
            matches!(&error, StartError::NoChild(reason) if reason.contains(words)),
            "{behaviour}: {error}"
        );
    }
}

fn a_child_that_cannot_be_confined_is_found_before_any_call() {
    let error = worker("unready").unwrap_err();
    assert!(
        matches!(&error, StartError::Unconfined(reason) if reason == "no room for a filter"),
        "{error}"
    );
}

fn a_server_that_a_child_brought_down_is_started_again() {
    let worker = worker("aborting").unwrap();
    for _ in 0..3 {
        let observed = ask(&mut worker.child().unwrap(), &[]);
        assert!(matches!(observed, Observed::Ended { .. }), "{observed:?}");
    }
}

fn a_worker_on_cuda_says_what_holds_it_back() {
    let worker = worker_on_cuda("honest").unwrap();
    assert_eq!(worker.device(), Device::Cuda);
    let sandbox_status = worker.sandbox_status().unwrap().to_string();
    assert!(
        sandbox_status.starts_with("separate process, limits except on memory"),
        "{sandbox_status}"
    );
    let mut child = worker.child().unwrap();
    assert!(matches!(ask(&mut child, &[]), Observed::Answered { .. }));
}

fn a_gpu_that_is_missing_is_found_before_any_call() {
    let trouble = |behaviour| match worker_on_cuda(behaviour) {
        Err(StartError::Cuda(trouble)) => trouble,
        other => panic!("{other:?}"),
    };
    assert_eq!(trouble("busy"), CudaTrouble::NoGpu("no driver".to_owned()));
    assert!(matches!(trouble("cut"), CudaTrouble::NoAnswer(_)));
}
