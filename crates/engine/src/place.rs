//! Where a stack lives: account, region, endpoint.

use model::state::State;

/// Where the credentials at hand lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The AWS account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The endpoint, where it is overridden.
    pub endpoint: Option<String>,
}

/// The credentials lead elsewhere than state. Without this check everything would read as gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this state belongs to {what} {recorded}, and the credentials at hand lead to {what} {present}; nothing was read"
)]
pub struct WrongPlace {
    /// What differs.
    pub what: &'static str,
    /// What state says.
    pub recorded: String,
    /// What is at hand.
    pub present: String,
}

/// Compares what state says with the credentials at hand; runs before anything is read.
///
/// # Errors
/// The first thing that differs.
pub fn check(state: &State, place: &Place) -> Result<(), WrongPlace> {
    let Some(account) = &state.account else { return Ok(()) };
    let endpoint = |it: &Option<String>| it.clone().unwrap_or_else(|| "of AWS itself".to_owned());
    let region = state.region.clone().unwrap_or_else(|| place.region.clone());
    let pairs = [
        ("the endpoint", endpoint(&state.endpoint), endpoint(&place.endpoint)),
        ("account", account.clone(), place.account.clone()),
        ("region", region, place.region.clone()),
    ];
    match pairs.into_iter().find(|(_, recorded, present)| recorded != present) {
        Some((what, recorded, present)) => Err(WrongPlace { what, recorded, present }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(account: &str, region: &str, endpoint: Option<&str>, expect: Option<&str>) {
        let mut state = State::new("lineage");
        state.account = Some("1".to_owned());
        state.region = Some("here".to_owned());
        let endpoint = endpoint.map(str::to_owned);
        let place = Place { account: account.to_owned(), region: region.to_owned(), endpoint };
        assert_eq!(super::check(&state, &place).err().map(|it| it.what), expect);
        assert_eq!(super::check(&State::new("lineage"), &place), Ok(()));
    }

    #[test]
    fn a_wrong_profile_is_noticed() {
        check("1", "here", None, None);
        check("2", "here", None, Some("account"));
        check("1", "there", None, Some("region"));
        check("1", "here", Some("http://localhost"), Some("the endpoint"));
    }
}
