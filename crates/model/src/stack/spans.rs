//! Where each argument of a resource stands.
//!
//! In: keys and values as they are read. Out: the place of a path. It must not know what stands
//! there.

use crate::path::{Path, Step};
use crate::source::Span;

/// Places of a resource's arguments; what has none of its own takes its parent's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// The header.
    pub header: Span,
    places: Vec<Place>,
}

/// One step into the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The step.
    pub step: Step,
    /// Key and value.
    pub own: Option<(Span, Span)>,
    /// The steps from here.
    pub below: Vec<Place>,
}

impl Spans {
    /// Of a block.
    pub(super) fn new(header: Span, places: Vec<Place>) -> Self {
        Self { header, places }
    }

    /// Notes key and value at a path.
    pub(super) fn put(&mut self, path: Path, own: (Span, Span)) {
        put(&mut self.places, path.0.into_iter(), own);
    }

    /// The place of a value, else of the nearest thing around it.
    #[must_use]
    pub fn value(&self, path: &Path) -> Span {
        self.find(path).map_or(self.header, |(_, value)| value)
    }

    /// The place of a key, else of the nearest thing around it.
    #[must_use]
    pub fn key(&self, path: &Path) -> Span {
        self.find(path).map_or(self.header, |(key, _)| key)
    }

    fn find(&self, path: &Path) -> Option<(Span, Span)> {
        let (mut places, mut nearest) = (&self.places, None);
        for step in &path.0 {
            let Some(place) = places.iter().find(|it| it.step == *step) else { break };
            nearest = place.own.or(nearest);
            places = &place.below;
        }
        nearest
    }
}

fn put(places: &mut Vec<Place>, mut path: std::vec::IntoIter<Step>, own: (Span, Span)) {
    let Some(step) = path.next() else { return };
    let at = places.iter().position(|it| it.step == step).unwrap_or_else(|| {
        places.push(Place { step, own: None, below: Vec::new() });
        places.len() - 1
    });
    let place = &mut places[at];
    match path.len() {
        0 => place.own = Some(own),
        _ => put(&mut place.below, path, own),
    }
}
