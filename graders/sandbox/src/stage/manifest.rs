//! The submission's manifest as data: the assignment and the edition, and that is all it is used for.

use toml::Table;

use super::tree::{Entry, MANIFEST, Tree};

/// The editions in which a submission is compiled. What is older is compiled as the older of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edition {
    /// 2021, and 2018.
    Of2021,
    /// The template's.
    #[default]
    Of2024,
}

impl Edition {
    /// The year, as the compiler wants it.
    pub fn year(self) -> &'static str {
        match self {
            Self::Of2021 => "2021",
            Self::Of2024 => "2024",
        }
    }
}

/// What a manifest says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// `package.metadata.grade.assignment`.
    pub(super) assignment: Option<String>,
    pub(super) edition: Edition,
}

/// Reads the manifest of the crate in `folder`, or the nearest above it. No manifest says nothing; a broken one is an
/// error.
pub(super) fn read(tree: &Tree, folder: &str) -> Result<Manifest, String> {
    let above = || ancestors(folder).find_map(|folder| table(tree, folder).ok().flatten());
    let Some(table) = table(tree, folder)?.or_else(above) else {
        return Ok(Manifest::default());
    };
    let assignment = text(&table, &["package", "metadata", "grade", "assignment"]);
    let lent = || ancestors(folder).find_map(|folder| inherited(tree, folder));
    let edition = text(&table, &["package", "edition"]).or_else(lent);
    Ok(Manifest {
        assignment,
        edition: match edition.as_deref() {
            Some("2018" | "2021") => Edition::Of2021,
            // The given files are not written for 2015, so nobody has checked a crate in it.
            _ => Edition::Of2024,
        },
    })
}

fn table(tree: &Tree, folder: &str) -> Result<Option<Table>, String> {
    let name = if folder.is_empty() {
        MANIFEST.to_owned()
    } else {
        format!("{folder}/{MANIFEST}")
    };
    let bytes = match tree.get(&name) {
        None => return Ok(None),
        Some(Entry::Text(bytes)) => bytes,
        Some(Entry::Large) => return Err("it is too large".to_owned()),
        Some(Entry::Unreadable(error)) => return Err(error.clone()),
        // A link or a pipe could lead anywhere, or block for ever.
        Some(Entry::Link | Entry::Special | Entry::Other) => return Err("it is not a plain file".to_owned()),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let parsed = text.parse::<Table>();
    parsed.map(Some).map_err(|error| error.message().to_owned())
}

fn text(table: &Table, keys: &[&str]) -> Option<String> {
    let (last, tables) = keys.split_last()?;
    let mut table = table;
    for key in tables {
        table = table.get(*key)?.as_table()?;
    }
    table.get(*last)?.as_str().map(str::to_owned)
}

/// The edition that a workspace lends to its members.
fn inherited(tree: &Tree, folder: &str) -> Option<String> {
    text(&table(tree, folder).ok()??, &["workspace", "package", "edition"])
}

/// The folders above one.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(above(folder), |folder| above(folder))
}

fn above(folder: &str) -> Option<&str> {
    match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None => (!folder.is_empty()).then_some(""),
    }
}
