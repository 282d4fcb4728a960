//! What to say when something is there that may not be ours.

use model::{Address, Id};

/// The block that takes an existing object over.
#[must_use]
pub fn import_block(address: &Address, id: &Id) -> String {
    format!("[[import]]\nto = {:?}\nid = {:?}", address.to_string(), id.0)
}

/// The sentence and the block.
#[must_use]
pub fn advice(address: &Address, id: &Id) -> String {
    format!(
        "to take `{id}` over as {address}, add this to the manifest; else delete it or choose another name:\n\n{}",
        import_block(address, id)
    )
}
