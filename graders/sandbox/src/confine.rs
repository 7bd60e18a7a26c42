//! SEAM: the rights that a launched program gives up before it runs.
//!
//! `confine` is called by the launcher, in the launcher's own process, as the last step before the program is started;
//! what it takes away is taken from the program and from everything that the program starts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::launch::LaunchPolicy;

/// What holds a program back, for the report to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// What is in force.
    pub measures: Vec<String>,
    /// What a stricter sandbox would add.
    pub missing: Vec<String>,
}

impl fmt::Display for InForce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.measures.join(", "))?;
        if !self.missing.is_empty() {
            write!(formatter, "; no {}", self.missing.join(", no "))?;
        }
        Ok(())
    }
}

/// Takes away what `policy` does not grant, and says what is in force.
pub fn confine(policy: &LaunchPolicy) -> InForce {
    let words = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    let limits = match policy.resources.address_space {
        Some(_) => "limits",
        None => "limits except on memory",
    };
    InForce {
        measures: words(&["separate process", limits]),
        missing: words(&["Landlock", "system call filter", "user of its own"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_force_is_said() {
        let in_force = InForce {
            measures: vec!["limits".into()],
            missing: vec!["Landlock".into(), "filter".into()],
        };
        assert_eq!(in_force.to_string(), "limits; no Landlock, no filter");
    }
}
