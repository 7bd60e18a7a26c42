//! The small table that shows step by step what an answer does, as lines of text with aligned columns.

use crate::model::{CheckReport, Evidence, Seen};
use crate::wrap::length;

/// The lines of a check's table: its heads, then its rows; none where there is no table.
pub(crate) fn lines(check: &CheckReport) -> Vec<String> {
    match &check.evidence {
        Some(Evidence {
            seen: Seen::Steps { columns, rows, .. },
            ..
        }) if !rows.is_empty() => aligned(columns, rows),
        _ => Vec::new(),
    }
}

fn aligned(columns: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let all = || std::iter::once(columns).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| length(cell)).max();
    let widths: Vec<usize> = (0..columns.len()).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths);
        let padded = cells.map(|(cell, width)| format!("{cell}{}", " ".repeat(width - length(cell))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let texts = |row: [&str; 3]| row.map(str::to_owned).to_vec();
        let rows = [texts(["1", "0.25", "on"]), texts(["12", "-3", ""])];
        let lines = aligned(&texts(["t", "C", "gate"]), &rows);
        assert_eq!(lines, ["t   C     gate", "1   0.25  on", "12  -3"]);
    }
}
