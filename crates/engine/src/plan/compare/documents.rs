//! JSON documents that are lists of named objects: container definitions.
//!
//! In: the three sides, each a list or JSON text. Out: changes per member and key. What is set
//! counts; what AWS adds does not; empty and absent are the same.

use model::schema::{Schema, Type};
use model::{Known, Planned};

use super::equal::{Shape, parsed};
use super::{Comparer, Comparison, NULL, Place, Three};

impl Comparer<'_> {
    /// A list of objects that pair by one of their keys.
    pub(super) fn objects(
        &self,
        whole: Shape,
        schema: fn() -> &'static Schema,
        key: &str,
        three: Three<'_>,
        place: &Place<'_>,
        found: &mut Comparison,
    ) {
        let desired: Planned = parsed(three.desired);
        let (last, live): (Known, Option<Known>) = (parsed(three.last), three.live.map(parsed));
        let three = Three { desired: &desired, last: &last, live: live.as_ref(), ..three };
        if desired.as_list().is_none() {
            return self.leaf(whole, three, place, found);
        }
        let whole = Shape { document: true, ..whole };
        let member = whole.inner(&Type::Block(schema));
        self.paired(whole, member, key, three, place, found);
    }

    /// Keys that the schema does not know, as JSON.
    pub(super) fn beyond(&self, schema: &Schema, three: Three<'_>, place: &Place<'_>, found: &mut Comparison) {
        let Some(desired) = three.desired.as_map() else { return };
        for (name, value) in desired.iter().filter(|(name, value)| schema.field(name).is_none() && !value.is_null()) {
            let last = three.last.get(name).unwrap_or(NULL);
            let live = three.live.and_then(|it| it.get(name)).filter(|it| !it.is_null());
            let three = Three { desired: value, last, live, removing: false };
            self.leaf(Shape::LOOSE, three, &place.field(name), found);
        }
    }
}
