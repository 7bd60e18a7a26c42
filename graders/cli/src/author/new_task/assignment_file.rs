//! The lines of a task in an assignment's file.

/// Points of a new task, until somebody decides.
const POINTS: f64 = 1.0;

/// The text with a task under this heading, or under the last one, whose sum grows with it; or what is wrong.
pub(super) fn with_task(text: &str, task: &str, heading: Option<&str>) -> Result<String, String> {
    let mut sections: Vec<String> = text.split("\n[[").map(str::to_owned).collect();
    let id = |section: &String| value(section, "id").map(|id| id.trim_matches('"').to_owned());
    let headings: Vec<(usize, String)> = sections
        .iter()
        .enumerate()
        .filter(|(_, section)| section.starts_with("heading]]"))
        .filter_map(|(place, section)| Some((place, id(section)?)))
        .collect();
    let wanted = |(_, id): &&(usize, String)| heading.is_none_or(|heading| id == heading);
    let Some((place, heading)) = headings.iter().rfind(wanted) else {
        let known: Vec<&str> = headings.iter().map(|(_, id)| id.as_str()).collect();
        return Err(format!(
            "no heading `{}`; there are {}",
            heading.unwrap_or_default(),
            known.join(", ")
        ));
    };
    let points: f64 = value(&sections[*place], "points")
        .and_then(|points| points.parse().ok())
        .ok_or_else(|| format!("the heading `{heading}` has no line `points = ...`"))?;
    let grown = sections[*place].lines().map(|line| {
        if line.starts_with("points") {
            format!("points = {:?}", points + POINTS)
        } else {
            line.to_owned()
        }
    });
    sections[*place] = grown.collect::<Vec<_>>().join("\n") + "\n";
    let is_of_heading =
        |section: &String| value(section, "heading").is_some_and(|of| of.trim_matches('"') == heading.as_str());
    let after = sections
        .iter()
        .rposition(|section| section.starts_with("task]]") && is_of_heading(section))
        .unwrap_or(*place);
    let lines = format!(
        "task]]\nid = \"{task}\"\nheading = \"{heading}\"\nitem = \"to be written\"\nportions = {{ all = {POINTS:?} }}\n"
    );
    sections.insert(after + 1, lines);
    Ok(sections.join("\n[["))
}

/// What stands after `key =` in a line of a section.
fn value<'a>(section: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = section.lines().filter_map(|line| line.split_once('='));
    lines
        .find(|(before, _)| before.trim() == key)
        .map(|(_, after)| after.trim())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const FILE: &str = "id = \"a\"\n\n[[heading]]\nid = \"one\"\npoints = 2.5\n\n[[task]]\nid = \"x\"\nheading = \"one\"\n\n[[heading]]\nid = \"two\"\npoints = 1.0\n\n[[manual]]\nid = \"m\"\n";

    #[test]
    fn a_task_comes_after_those_of_its_heading_whose_sum_grows() {
        assert_eq!(
            with_task(FILE, "new", Some("one")).unwrap(),
            "id = \"a\"\n\n[[heading]]\nid = \"one\"\npoints = 3.5\n\n[[task]]\nid = \"x\"\nheading = \"one\"\n\n[[task]]\nid = \"new\"\nheading = \"one\"\nitem = \"to be written\"\nportions = { all = 1.0 }\n\n[[heading]]\nid = \"two\"\npoints = 1.0\n\n[[manual]]\nid = \"m\"\n"
        );
    }

    #[test]
    fn a_heading_that_is_not_there_is_told_with_those_that_are() {
        let said = with_task(FILE, "new", Some("three")).unwrap_err();
        assert_eq!(said, "no heading `three`; there are one, two");
    }
}
