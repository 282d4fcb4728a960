//! Terraform and stackctl side by side: the same stacks on the same emulator in the same run.
//!
//! In: Terraform with its AWS provider, where they are installed, and the release build. Out: for
//! each stack and command the calls, time, processor time and memory of both, and the ratios.

mod installed;
mod party;
mod stacks;

use anyhow::Result;

use self::installed::Terraform;
use self::party::{Party, Step, Taken};
use super::program::{self, Cloud};
use super::table::{Figure, Section, Table};

/// Measures this section.
///
/// # Errors
/// stackctl does not build, the emulator does not start, or a command does not do what it should.
pub fn measure() -> Result<Section> {
    let terraform = match Terraform::at_hand() {
        Ok(found) => found,
        Err(why) => return Ok(Section::left_out(why)),
    };
    let stackctl = program::stackctl()?;
    let mut cloud = Cloud::start()?;
    let mut section = Section::default();
    for stack in stacks::STACKS {
        let mut side = |party: Result<Party>| {
            cloud.empty()?;
            party?.measure(&cloud, stack.steps)
        };
        let theirs = side(stack.terraform(&terraform))?;
        let ours = side(stack.stackctl(&stackctl))?;
        section.tables.push(beside(stack.title, stack.steps, &theirs, &ours));
    }
    section.notes.push(format!("{}; moto {}.", terraform.version, cloud.version));
    section.notes.push(
        "CPU is of a command and all its descendants: Terraform runs its provider as a process of its own. Memory is \
         resident memory at its peak, of the largest process, and of all of a command's processes together as far as \
         looking 20 times a second shows. Plans are the middle one of 3 runs."
            .to_owned(),
    );
    Ok(section)
}

/// One row for a command and what it took, and a column for each of the two and their ratio.
fn beside(title: &str, steps: &[Step], theirs: &[Taken], ours: &[Taken]) -> Table {
    let mut table = Table::new(title, ["Terraform", "stackctl", "ratio"]);
    for ((step, theirs), ours) in steps.iter().zip(theirs).zip(ours) {
        for ((what, theirs), (_, ours)) in theirs.figures().into_iter().zip(ours.figures()) {
            if (theirs, ours) == (Figure::Count(0), Figure::Count(0)) {
                continue;
            }
            let row = vec![Some(theirs), Some(ours), theirs.over(ours)];
            table.rows.push((format!("{}: {what}", step.name()), row));
        }
    }
    table
}

impl Taken {
    fn figures(&self) -> [(&'static str, Figure); 6] {
        [
            ("calls", Figure::Count(self.calls)),
            ("calls to the state store", Figure::Count(self.calls_for_state)),
            ("wall", Figure::Seconds(self.usage.wall)),
            ("CPU", Figure::Seconds(self.usage.cpu)),
            ("memory, largest process", Figure::Bytes(self.usage.largest)),
            ("memory, all processes", Figure::Bytes(self.usage.together)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::process::Usage;

    #[test]
    fn every_step_stands_beside_its_own() {
        let taken = |calls: u64| Taken {
            calls,
            calls_for_state: 0,
            usage: Usage { wall: 2.0, cpu: 1.0, largest: 2, together: 3 },
        };
        let table = beside("", &[Step::Nothing], &[taken(26)], &[taken(13)]);
        let (label, figures) = &table.rows[0];
        assert_eq!(label, "plan, nothing to do: calls");
        assert_eq!(figures, &[Some(Figure::Count(26)), Some(Figure::Count(13)), Some(Figure::Ratio(2.0))]);
        assert_eq!(table.rows[1].0, "plan, nothing to do: wall", "state in a file takes no calls");
    }
}
