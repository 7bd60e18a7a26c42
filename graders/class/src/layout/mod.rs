//! Where submissions lie: the folders that platforms give, clones of repositories, plain folders and archives.
//!
//! Each entry of the folder is looked at by itself, so that a folder may hold several layouts. Whatever could be
//! somebody's submission is taken, readable or not: it must leave a trace. All else is listed with the reason.

mod canvas;
mod clones;
mod gradescope;
mod moodle;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::trouble::Trouble;

/// Endings of archives that can be read.
const ARCHIVES: [&str; 4] = [".tar.gz", ".tgz", ".tar", ".zip"];
/// Endings of archives that cannot: whoever handed one in has to hear of it.
const FOREIGN: [&str; 6] = [".rar", ".7z", ".gz", ".bz2", ".xz", ".zst"];
/// Folders that are looked into for the archives in them.
const DEEPEST: usize = 3;
/// Names that an error lists.
const LISTED: usize = 5;

/// How a submission lay in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// Canvas' download of all submissions.
    Canvas,
    /// Moodle's download of all submissions.
    Moodle,
    /// Gradescope's export.
    Gradescope,
    /// A clone of a repository.
    Clone,
    Folder,
    Archive,
}

impl Layout {
    pub fn name(self) -> &'static str {
        match self {
            Self::Canvas => "canvas",
            Self::Moodle => "moodle",
            Self::Gradescope => "gradescope",
            Self::Clone => "clone",
            Self::Folder => "folder",
            Self::Archive => "archive",
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Whose it is, as far as the layout says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// What stands for the student where the roster does not know better.
    pub key: String,
    /// The name, as the layout has it.
    pub name: String,
    /// The platform's number, a student number or a login.
    pub ids: Vec<String>,
    /// The address.
    pub email: Option<String>,
}

/// Something that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Where it lies in the folder.
    pub path: String,
    /// How it lay there.
    pub layout: Layout,
    /// Whose it is: of a group, the first counts and the others are named.
    pub who: Vec<Who>,
    /// Grows from one attempt to the next.
    pub order: u64,
    /// When it was handed in, where the layout says so.
    pub handed_in: Option<Timestamp>,
    /// Whether the platform calls it late.
    pub flagged_late: bool,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Found {
    /// What was handed in, by name.
    pub handed: Vec<Handed>,
    /// What is no submission, with the reason.
    pub ignored: Vec<(String, String)>,
}

/// An entry of the folder.
#[derive(Debug)]
struct Item {
    name: String,
    path: PathBuf,
    is_folder: bool,
}

/// Looks through a folder. One in which everything lies in a single folder below is that folder.
pub fn discover(folder: &Path) -> Result<Found, Trouble> {
    let cannot = |error: &dyn fmt::Display| {
        Trouble::usage(
            format!("cannot read the folder of submissions {}: {error}", folder.display()),
            "name the folder into which the platform's download was unpacked",
        )
    };
    if folder.is_file() {
        return Err(cannot(&"it is a file"));
    }
    let mut found = Found::default();
    let mut items = entries(folder, folder, &mut found).map_err(|error| cannot(&error))?;
    // A download is often unpacked into a folder of its own.
    for _ in 0..DEEPEST {
        match items.as_slice() {
            [only] if only.is_folder && is_shelf(only) => {
                items = entries(folder, &only.path.clone(), &mut found).map_err(|error| cannot(&error))?;
            }
            _ => break,
        }
    }
    let export = gradescope::metadata(&items)?;
    let prefix = clones::common_prefix(&items);
    for item in &items {
        place(folder, item, export.as_ref(), &prefix, &mut found);
    }
    if found.handed.is_empty() {
        return Err(nothing(folder, &found));
    }
    found.handed.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn place(folder: &Path, item: &Item, export: Option<&gradescope::Export>, prefix: &str, found: &mut Found) {
    if export.is_some() && item.name == gradescope::METADATA {
        return;
    }
    let start = |layout, who: Vec<Who>| Handed {
        path: String::new(),
        layout,
        who,
        order: 0,
        handed_in: None,
        flagged_late: false,
    };
    let handed = if let Some(handed) = export.and_then(|export| export.of(item)) {
        Some(handed)
    } else if let Some(read) = canvas::read(&item.name) {
        Some(Handed {
            order: read.file,
            flagged_late: read.is_late,
            ..start(Layout::Canvas, vec![read.who])
        })
    } else if let Some(read) = moodle::read(&item.name) {
        match read {
            moodle::Entry::File(who) => Some(start(Layout::Moodle, vec![who])),
            moodle::Entry::Other => {
                ignore(found, item, "text that was typed into Moodle, and no file");
                return;
            }
        }
    } else if clones::is_clone(item) {
        Some(start(Layout::Clone, vec![clones::who(&item.name, prefix)]))
    } else if item.is_folder {
        Some(start(Layout::Folder, vec![plain(&item.name)]))
    } else if is_archive(&item.name) || ends_with(&item.name, &FOREIGN) {
        Some(start(Layout::Archive, vec![plain(&item.name)]))
    } else {
        None
    };
    let Some(handed) = handed else {
        ignore(found, item, "neither a folder nor an archive");
        return;
    };
    let is_whole = handed.layout == Layout::Clone;
    let places = if is_whole {
        vec![item.path.clone()]
    } else {
        places(&item.path, 0)
    };
    if places.len() == 1 || places.is_empty() {
        let place = places.first().unwrap_or(&item.path);
        found.handed.push(Handed {
            path: relative(folder, place),
            ..handed
        });
        return;
    }
    for (number, place) in (1..).zip(&places) {
        found.handed.push(Handed {
            path: relative(folder, place),
            order: handed.order + number,
            ..handed.clone()
        });
    }
}

fn ignore(found: &mut Found, item: &Item, reason: &str) {
    found.ignored.push((item.name.clone(), reason.to_owned()));
}

/// What is judged of an entry: itself; where a folder holds archives and no sources, each of them.
fn places(path: &Path, depth: usize) -> Vec<PathBuf> {
    if !path.is_dir() || depth > DEEPEST {
        return vec![path.to_owned()];
    }
    let inside: Vec<(String, PathBuf)> = visible(path);
    let archives: Vec<&PathBuf> = inside
        .iter()
        .filter(|(name, path)| is_archive(name) && path.is_file())
        .map(|(_, path)| path)
        .collect();
    let folders: Vec<&PathBuf> = inside
        .iter()
        .filter(|(_, path)| path.is_dir())
        .map(|(_, path)| path)
        .collect();
    let has_sources = inside
        .iter()
        .any(|(name, _)| name == "Cargo.toml" || has_ending(name, ".rs"));
    match (has_sources, archives.as_slice(), folders.as_slice()) {
        (false, [], [only]) if !only.ends_with("src") => {
            let below = places(only, depth + 1);
            if below.len() == 1 && below[0] == **only {
                vec![path.to_owned()]
            } else {
                below
            }
        }
        (false, [_, ..], []) => archives.into_iter().cloned().collect(),
        _ => vec![path.to_owned()],
    }
}

/// Whether a folder is one of submissions, and not one: it has no sources itself, and several things in it.
fn is_shelf(item: &Item) -> bool {
    let inside = visible(&item.path);
    let is_source = |name: &str| name == "Cargo.toml" || name == "src" || name == "student" || has_ending(name, ".rs");
    let is_named = canvas::read(&item.name).is_some() || moodle::read(&item.name).is_some();
    let things = inside.iter().filter(|(name, path)| path.is_dir() || is_archive(name));
    !is_named
        && !item.path.join(".git").exists()
        && !inside.iter().any(|(name, _)| is_source(name))
        && things.count() > 0
}

fn visible(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
    let mut inside: Vec<(String, PathBuf)> = named
        .filter(|(name, path)| !is_clutter(name) && !path.is_symlink())
        .collect();
    inside.sort();
    inside
}

/// The entries of a folder by name; links, and names that are no text, are listed and left alone.
fn entries(top: &Path, folder: &Path, found: &mut Found) -> std::io::Result<Vec<Item>> {
    let mut items = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let shown = relative(top, &entry.path());
        let Ok(name) = entry.file_name().into_string() else {
            let reason = "its name is no UTF-8: rename it";
            found.ignored.push((shown, reason.to_owned()));
            continue;
        };
        let kind = entry.file_type()?;
        if is_clutter(&name) {
        } else if kind.is_symlink() {
            found.ignored.push((shown, "a link, which is not followed".to_owned()));
        } else {
            items.push(Item {
                name,
                path: entry.path(),
                is_folder: kind.is_dir(),
            });
        }
    }
    items.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(items)
}

fn relative(top: &Path, path: &Path) -> String {
    path.strip_prefix(top).unwrap_or(path).to_string_lossy().into_owned()
}

/// What systems leave among files.
fn is_clutter(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini"
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

fn ends_with(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| has_ending(name, ending))
}

fn is_archive(name: &str) -> bool {
    ends_with(name, &ARCHIVES)
}

/// A name without what makes it an archive.
fn stem(name: &str) -> &str {
    let ending = ARCHIVES.iter().chain(&FOREIGN).find(|ending| has_ending(name, ending));
    ending.map_or(name, |ending| &name[..name.len() - ending.len()])
}

fn plain(name: &str) -> Who {
    let name = stem(name).to_owned();
    Who {
        key: name.clone(),
        ids: vec![name.clone()],
        name,
        email: None,
    }
}

fn nothing(folder: &Path, found: &Found) -> Trouble {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, reason) in &found.ignored {
        kinds.entry(reason).or_default().push(name);
    }
    let mut there: Vec<String> = Vec::new();
    for (reason, names) in kinds {
        let shown = names[..names.len().min(LISTED)].join(", ");
        let more = if names.len() > LISTED { ", ..." } else { "" };
        there.push(format!("{} ({reason}): {shown}{more}", names.len()));
    }
    let there = if there.is_empty() {
        "nothing".to_owned()
    } else {
        there.join("; ")
    };
    Trouble::usage(
        format!(
            "no submission in {}: looked for Canvas' files (name_123_456_file.zip), Moodle's folders \
             (Name_123_assignsubmission_file_), a Gradescope export (submission_123 with {}), clones of repositories, \
             folders and archives (zip, tar, tar.gz, tgz); found {there}",
            folder.display(),
            gradescope::METADATA
        ),
        "name the folder into which the platform's download was unpacked",
    )
}

#[cfg(test)]
mod tests;
