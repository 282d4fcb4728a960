//! Who we are, for whoever finds the lock held.
//!
//! In: the environment. Out: a [`Holder`].

use std::time::{SystemTime, UNIX_EPOCH};

use engine::store::Holder;

/// This process, doing this.
pub fn holder(command: &str) -> Holder {
    let host = set("HOSTNAME")
        .or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|it| it.trim().to_owned()));
    Holder {
        owner: set("USER").or_else(|| set("USERNAME")).unwrap_or_else(|| "somebody".to_owned()),
        host: host.unwrap_or_else(|| "this machine".to_owned()),
        command: command.to_owned(),
        pid: std::process::id(),
        since: now(),
        link: ci_run(set),
    }
}

/// Unix time in seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

/// The page of the CI run that this process belongs to, as
/// [GitHub](https://docs.github.com/actions/reference/workflows-and-actions/variables),
/// [GitLab](https://docs.gitlab.com/ci/variables/predefined_variables/), Jenkins, CircleCI and
/// Buildkite name it.
fn ci_run(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let github = || {
        let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
    };
    let named =
        || ["CI_JOB_URL", "BUILD_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL"].into_iter().find_map(&variable);
    github().or_else(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], expect: Option<&str>) {
        let variable = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(ci_run(variable).as_deref(), expect, "{variables:?}");
    }

    #[test]
    fn the_page_of_a_run_is_found() {
        check(&[], None);
        let github =
            [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "acme/infra"), ("GITHUB_RUN_ID", "42")];
        check(&github, Some("https://github.com/acme/infra/actions/runs/42"));
        check(&github[..2], None);
        check(&[("CI_JOB_URL", "https://gitlab/1")], Some("https://gitlab/1"));
        check(&[("BUILD_URL", "https://jenkins/1/")], Some("https://jenkins/1/"));
        check(&[("CIRCLE_BUILD_URL", "https://circle/1")], Some("https://circle/1"));
        check(&[("BUILDKITE_BUILD_URL", "https://buildkite/1")], Some("https://buildkite/1"));
    }
}
