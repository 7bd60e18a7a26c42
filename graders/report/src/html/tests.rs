//! What an independent reader of HTML makes of the page.
#![expect(clippy::unwrap_used, reason = "tests")]

use html5ever::tree_builder::QuirksMode;
use judge::findings::verdict::Verdict;
use judge::findings::{Finding, WrongOutput};
use judge::grading::assignment::Visibility;
use judge::grading::judgement::{Check, Kind};

use super::reader::Read;
use super::*;
use crate::build::build;
use crate::testing::{
    assignment, below_threshold, failed, findings, judgement, mismatches, mixed_context, mixed_report, trained,
    violations,
};

/// Every finding, with pictures, curves and counterexamples.
fn everything() -> Report {
    let broken = violations().into_iter().map(Finding::PropertyFailed);
    let wrong = mismatches().into_iter().map(|mismatch| {
        Finding::WrongOutput(WrongOutput::Wrong {
            case: "batch".to_owned(),
            output: "weights".to_owned(),
            mismatch,
            patterns: Vec::new(),
        })
    });
    let found: Vec<Finding> = findings().into_iter().chain(broken).chain(wrong).collect();
    let tasks = [
        "rms_norm",
        "nucleus",
        "causal_mask",
        "split_heads",
        "merge_heads",
        "rotary_embedding",
        "degree_matrix",
        "message",
        "update",
    ];
    let names: Vec<(&str, &[&str])> = tasks.iter().map(|task| (*task, &["all"][..])).collect();
    let mut judgements: Vec<_> = found
        .chunks(found.len().div_ceil(7))
        .zip(tasks)
        .map(|(found, task)| {
            let checks: Vec<Check> = found
                .iter()
                .enumerate()
                .map(|(number, finding)| failed(&format!("check-{number}"), Kind::Property, finding.clone()))
                .collect();
            judgement(task, Verdict::Wrong, &[("all", false)], checks)
        })
        .collect();
    judgements.extend([below_threshold("message", 1.75), trained("update")]);
    build(&mixed_context(), &judgements, &assignment(&names, Visibility::Public))
}

fn pages() -> Vec<(Report, String)> {
    let reports = [mixed_report(), everything()];
    reports
        .into_iter()
        .map(|report| (report.clone(), render(&report)))
        .collect()
}

#[test]
fn a_reader_of_html_finds_no_error_in_the_page() {
    for (_, page) in pages() {
        let read = Read::page(&page);
        assert_eq!(read.errors, Vec::<String>::new());
        assert!(read.quirks == QuirksMode::NoQuirks);
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    for (_, page) in pages() {
        let read = Read::page(&page);
        let active = "script, link, img, iframe, object, embed, video, audio, form, base, use, image, foreignObject";
        assert_eq!(read.select(active).len(), 0);
        // A choice of what is shown sends nothing.
        for input in read.select("input") {
            assert_eq!(input.attribute("type"), Some("radio"));
        }
        for element in read.select("*") {
            for (name, value) in element.attributes() {
                assert!(
                    !name.starts_with("on") && name != "style" && name != "src",
                    "{name}={value}"
                );
                let leads = matches!(name, "href" | "xlink:href" | "action" | "data");
                assert!(!leads || value.starts_with('#'), "{name}={value}");
                assert!(!value.contains("url(") || value == "url(#hatch)", "{name}={value}");
            }
        }
        let policy = read.select("meta[http-equiv=Content-Security-Policy]");
        assert!(
            policy[0]
                .attribute("content")
                .unwrap()
                .starts_with("default-src 'none';")
        );
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("@import"));
    }
}

#[test]
fn every_task_has_one_place_and_links_lead_somewhere() {
    for (report, page) in pages() {
        let read = Read::page(&page);
        let ids: Vec<&str> = read
            .select("[id]")
            .iter()
            .filter_map(|one| one.attribute("id"))
            .collect();
        for task in &report.tasks {
            let name = format!("task-{}", task.id);
            assert_eq!(ids.iter().filter(|id| **id == name).count(), 1, "{name}");
        }
        let different: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), different.len(), "an id stands for one element");
        for link in read.select("a[href]") {
            let target = link.attribute("href").unwrap().trim_start_matches('#');
            assert!(ids.contains(&target), "{target}");
        }
    }
}

#[test]
fn what_is_wrong_stands_first_and_what_passed_in_one_fold() {
    let page = render(&mixed_report());
    let read = Read::page(&page);
    let cards: Vec<&str> = read
        .select("section.task")
        .iter()
        .filter_map(|one| one.attribute("id"))
        .collect();
    let expected = [
        "task-causal_self_attention",
        "task-scaled_dot_product_attention",
        "task-greedy",
        "task-nucleus",
        "task-graph_attention",
        "task-adjacency_matrix",
        "task-degree_matrix",
    ];
    assert_eq!(cards, expected);
    assert_eq!(read.select("section.passed details tr[id=task-rms_norm]").len(), 1);
    // What is not written is one row.
    assert_eq!(read.select("section.task[id=task-rotary_embedding]").len(), 0);
    let skip = read.select("a.skip")[0].attribute("href");
    assert_eq!(skip, Some("#task-causal_self_attention"));
    let links: Vec<String> = read.select(".failing a").iter().map(|link| link.text()).collect();
    assert_eq!(links[..2], ["causal_self_attention", "scaled_dot_product_attention"]);
    let first = read.select(".failing li")[0].text();
    assert_eq!(first, "causal_self_attention −1.33 heads merged twice");
    let title = read.select("title")[0].text();
    assert!(
        title.starts_with("6.47 of 16 points, 2 of 9 wrong: causal_self_attention"),
        "{title}"
    );
}

#[test]
fn the_bar_is_as_long_as_the_score() {
    let report = mixed_report();
    let page = render(&report);
    let rule = format!(".scored .earned{{width:{:.2}%}}", report.totals.percent);
    assert!(page.contains(&rule), "{rule}");
    let read = Read::page(&page);
    assert_eq!(
        read.select("div.scored")[0].attribute("aria-label"),
        Some("6.47 of 16 points")
    );
}

#[test]
fn headings_are_in_order_and_tables_have_captions_and_heads() {
    for (_, page) in pages() {
        let read = Read::page(&page);
        let mut level = 0;
        for heading in read.select("h1, h2, h3, h4, h5, h6") {
            let own: usize = heading.name().trim_start_matches('h').parse().unwrap();
            assert!(own <= level + 1, "h{own} after h{level}: {}", heading.text());
            level = own;
        }
        assert_eq!(read.select("h1").len(), 1);
        for table in read.select("table") {
            assert_eq!(table.select("caption").len(), 1, "{table:?}");
            for row in table.select("tr") {
                let heads = row.select("th[scope=row]").len() + row.select("th[scope=col]").len();
                assert!(heads > 0, "{}", row.text());
            }
        }
    }
}

#[test]
fn a_finding_has_an_address_of_its_own() {
    let page = render(&mixed_report());
    let read = Read::page(&page);
    let finding = read.select("article[id=causal_self_attention/causality]");
    assert_eq!(finding.len(), 1);
    let link = finding[0].select("a.here")[0];
    assert_eq!(link.attribute("href"), Some("#causal_self_attention/causality"));
    assert_eq!(
        link.attribute("aria-label"),
        Some("link to causal_self_attention/causality")
    );
}

#[test]
fn text_of_a_submission_stays_text() {
    let hostile = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload=x &lt; <!-- ";
    let mut report = mixed_report();
    report.submission.path = hostile.to_owned();
    report.notes.push(hostile.to_owned());
    for task in &mut report.tasks {
        hostile.clone_into(&mut task.summary);
        for check in &mut task.checks {
            check.message = check.message.as_ref().map(|_| format!("{hostile}{}", check.name));
            if let Some(call) = check
                .counterexample
                .as_mut()
                .and_then(|example| example.calls.first_mut())
            {
                hostile.clone_into(&mut call.task);
                call.arguments[0].values[0] = hostile.to_owned();
            }
        }
    }
    let read = Read::page(&render(&report));
    assert_eq!(read.errors, Vec::<String>::new());
    assert_eq!(read.select("script, img").len(), 0);
    let words = read.text();
    assert!(words.matches("<script>alert(1)</script>").count() > 10);
    assert_eq!(
        read.select("title").first().map(|title| title.text().contains(hostile)),
        Some(true)
    );
}

#[test]
fn every_picture_speaks_to_those_who_cannot_see_it() {
    for (_, page) in pages() {
        let read = Read::page(&page);
        for picture in read.select("svg") {
            let label = picture.attribute("aria-label");
            let speaks = label.is_some_and(|label| !label.is_empty()) && picture.attribute("role") == Some("img");
            assert!(
                speaks || picture.attribute("aria-hidden") == Some("true"),
                "{picture:?}"
            );
        }
        for cell in read.select("rect.cell") {
            let group = cell.parent().unwrap();
            let figure = std::iter::successors(Some(group), |element| element.parent());
            let figure = figure.into_iter().find(|element| element.name() == "figure").unwrap();
            let is_beside = figure.attribute("class").is_some_and(|class| class.contains("slice"));
            let has_table = is_beside && !figure.select("table.values").is_empty();
            assert!(has_table || !group.select("title").is_empty(), "{group:?}");
        }
        for verdict in read.select(".verdict") {
            let text = verdict.text();
            assert!(
                text.chars().filter(char::is_ascii_alphabetic).count() > 3,
                "a verdict is a word: {text}"
            );
        }
    }
}

#[test]
fn findings_on_tensors_have_three_maps_and_curves_a_plot() {
    let page = render(&everything());
    let read = Read::page(&page);
    let maps = read.select("figure.heat");
    assert!(maps.len() >= 4, "{}", maps.len());
    for map in maps {
        assert_eq!(map.select("svg.panel").len(), 3);
    }
    assert_eq!(read.select("path.curve").len() % 2, 0);
    assert!(read.select("svg[aria-label=\"loss over step: loss\"]").len() >= 2);
}

#[test]
fn a_page_with_too_many_pictures_says_where_one_is_left_out() {
    let mut report = everything();
    let tasks = report.tasks.clone();
    for number in 0..400 {
        for task in &tasks {
            let mut task = task.clone();
            task.id = format!("{}_{number}", task.id);
            report.tasks.push(task);
        }
    }
    let page = render(&report);
    assert!(page.contains(crate::words::picture::NO_ROOM));
    assert!(page.len() < 32 << 20, "{}", page.len());
}

#[test]
fn a_mistake_that_is_recognised_is_named_before_the_findings() {
    let page = render(&mixed_report());
    let read = Read::page(&page);
    let said = read.select(".mistake-match")[0].text();
    assert!(
        said.starts_with("looks like") && said.contains("heads merged twice"),
        "{said}"
    );
    let section = read.select("#task-causal_self_attention")[0].text();
    let places = ["looks like", "expected values (f64), several heads"].map(|text| section.find(text));
    assert!(places[0].is_some() && places[0] < places[1], "{places:?}");
}

#[test]
fn the_steps_of_an_answer_are_a_table_with_heads() {
    let page = render(&everything());
    let read = Read::page(&page);
    let tables = read.select("table.steps");
    assert!(!tables.is_empty());
    for table in tables {
        assert!(table.select("th[scope=col]").len() > 1, "{table:?}");
    }
}

#[test]
fn a_finding_has_a_fold_with_the_test_that_reproduces_it() {
    let report = mixed_report();
    let snippets: Vec<&str> = report
        .tasks
        .iter()
        .flat_map(|task| &task.checks)
        .filter_map(|check| check.snippet.as_deref())
        .collect();
    let page = render(&report);
    let read = Read::page(&page);
    let shown: Vec<String> = read.select("details pre").iter().map(|pre| pre.text()).collect();
    assert!(!snippets.is_empty());
    for snippet in snippets {
        assert!(shown.iter().any(|text| text.trim() == snippet.trim()), "{snippet}");
    }
}
