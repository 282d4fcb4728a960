//! Which object of the stack a value that waits for AWS means.

use model::{Address, Planned, Tree};

/// The resource whose id a value is going to be, as in `"${aws_vpc.main.id}"`; `None` for
/// values that are known, or made of more than one id.
pub fn referred(value: Option<&Planned>) -> Option<&Address> {
    let Tree::Hole(pending) = value? else { return None };
    let mut sources = pending.sources.iter();
    match (sources.next(), sources.next()) {
        (Some(source), None) if source.attribute == "id" => Some(&source.address),
        _ => None,
    }
}
