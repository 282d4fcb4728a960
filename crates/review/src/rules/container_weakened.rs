//! Containers that are less shut in than before.

use std::collections::BTreeSet;

use model::{Path, Planned, Tree};

use super::case::{at, dotted};
use super::containers::{Container, KIND, containers, names, path};
use super::{Case, Rule};
use crate::policy::joined;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "container-weakened",
    verdicts: &[Verdict::WiderExposure],
    title: "A container is less shut in, or less is known of it",
    why: "A container that is taken over can do what it was allowed to: as root, with more capabilities, with a \
          writable root file system, with the host's processes, network or files in reach, it can do more. A \
          password in the plain environment is readable by whoever may describe the task definition. An image by \
          the tag `latest` may be another one at the next deployment, whatever the manifest says. Without a log \
          configuration, nothing tells what the container did. See [Task and container security best practices]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html).",
    instead: "Keep `readonlyRootFilesystem` and a `user` that is not root, drop capabilities, let ECS fetch secrets \
              (`secrets`, see [Pass sensitive data to a container]\
              (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html)), and \
              name images by digest or by a tag that never moves.",
    check,
};

/// Arguments of the task and the value that shares the host with it.
const SHARED: &[(&str, &str, &str)] = &[
    ("pid_mode", "host", "the containers see the processes of the host"),
    ("ipc_mode", "host", "the containers share memory with processes of the host"),
    ("network_mode", "host", "the containers share the network of the host"),
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND {
        return Vec::new();
    }
    let finding = |path: Path, reason: String| case.finding(RULE.name, Verdict::WiderExposure, Some(path), reason);
    let mut findings = Vec::new();
    for (argument, value, reason) in SHARED {
        if case.both(argument).is_some_and(|(before, after)| before != after && after.as_text() == Some(*value)) {
            findings.push(finding(dotted(argument), (*reason).to_owned()));
        }
    }
    if let Some((before, after)) = case.both("volume") {
        findings.extend(volumes(before, after).into_iter().map(|reason| finding(dotted("volume"), reason)));
    }
    for container in containers(case) {
        let found = weakened(&container);
        let worded = |(field, what): (&str, String)| {
            finding(path(case, field), format!("the container `{}` {what}", container.name))
        };
        findings.extend(found.into_iter().map(worded));
    }
    findings
}

/// Folders of the host that are new, and file systems whose data travels in the clear.
fn volumes(before: &Planned, after: &Planned) -> Vec<String> {
    let encryption = "efs_volume_configuration.transit_encryption";
    let old = |name: &str| {
        let same = |it: &&Planned| at(it, "name").as_text() == Some(name);
        before.as_list().into_iter().flatten().find(same)
    };
    let mut found = Vec::new();
    for volume in after.as_list().into_iter().flatten() {
        let Some(name) = at(volume, "name").as_text() else { continue };
        let was = |path: &str| old(name).and_then(|it| at(it, path).as_text());
        let is = |path: &str| at(volume, path).as_text();
        if let Some(folder) = is("host_path").filter(|it| was("host_path") != Some(*it)) {
            found.push(format!("the volume `{name}` shows the folder `{folder}` of the host"));
        }
        if was(encryption) == Some("ENABLED") && is(encryption) != Some("ENABLED") {
            found.push(format!("data of the volume `{name}` is no longer encrypted on its way"));
        }
    }
    found
}

/// What is weaker in a container, and the field that says so. A new container is held against
/// nothing: only what is weak by itself counts.
fn weakened(container: &Container<'_>) -> Vec<(&'static str, String)> {
    const NOTHING: &Planned = &Tree::Null;
    let Some(after) = container.after else { return Vec::new() };
    let before = container.before.unwrap_or(NOTHING);
    let is_on = |side: &Planned, field: &str| *at(side, field) == Tree::Bool(true);
    let mut found = Vec::new();
    if is_on(after, "privileged") && !is_on(before, "privileged") {
        found.push(("privileged", "has root's powers over its host".to_owned()));
    }
    let added = list(after, "linuxParameters.capabilities.add");
    let added: Vec<String> = added.difference(&list(before, "linuxParameters.capabilities.add")).cloned().collect();
    if !added.is_empty() {
        found.push(("capabilities", format!("gets the capabilities {}", joined(&added))));
    }
    if container.before.is_some() {
        found.extend(loosened(before, after));
    }
    found
}

/// What a container that stays had and has no more.
fn loosened(before: &Planned, after: &Planned) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let root = "readonlyRootFilesystem";
    let is_known = |field: &str| !at(after, field).has_hole();
    if *at(before, root) == Tree::Bool(true) && *at(after, root) != Tree::Bool(true) && is_known(root) {
        found.push((root, "can write to its root file system".to_owned()));
    }
    if !is_root(at(before, "user")) && is_known("user") && is_root(at(after, "user")) {
        found.push(("user", "runs as root, or as whom its image says".to_owned()));
    }
    let dropped = list(before, "linuxParameters.capabilities.drop");
    let kept: Vec<String> = dropped.difference(&list(after, "linuxParameters.capabilities.drop")).cloned().collect();
    if !kept.is_empty() {
        found.push(("capabilities", format!("keeps the capabilities {}", joined(&kept))));
    }
    let plain: Vec<String> = names(before, "secrets").intersection(&names(after, "environment")).cloned().collect();
    if !plain.is_empty() {
        let listed: Vec<String> = plain.iter().map(|it| format!("`{it}`")).collect();
        found.push(("environment", format!("gets {} in plain text instead of as a secret", joined(&listed))));
    }
    if !at(before, "logConfiguration").is_null() && at(after, "logConfiguration").is_null() {
        found.push(("logConfiguration", "no longer writes a log".to_owned()));
    }
    let images = (at(before, "image").as_text(), at(after, "image").as_text());
    if let (Some(old), Some(new)) = images
        && is_floating(new)
        && !is_floating(old)
    {
        found.push(("image", format!("runs whatever `{new}` is at its start")));
    }
    found
}

fn list(container: &Planned, path: &str) -> BTreeSet<String> {
    let items = at(container, path).as_list().into_iter().flatten();
    items.filter_map(|it| it.as_text().map(|text| format!("`{text}`"))).collect()
}

/// Unset, the image decides, and most say root.
fn is_root(user: &Planned) -> bool {
    let name = user.as_text().map(|it| it.split(':').next().unwrap_or(it));
    matches!(name, None | Some("" | "root" | "0"))
}

/// Whether an image has no tag or `latest`, and no digest.
fn is_floating(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    !last.contains('@') && (last.ends_with(":latest") || (!last.contains(':') && !last.ends_with('}')))
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    SHARED.iter().map(|(path, _, _)| (KIND, *path)).chain([(KIND, "volume")]).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Replace;
    use serde_json::{Value as Json, json};

    use super::super::testing::{check, reasons};

    const KIND: &str = "aws_ecs_task_definition";

    fn task(container: Json) -> Json {
        let mut container = container;
        container["name"] = json!("web");
        json!({ "family": "web", "container_definitions": [container] })
    }

    #[test]
    fn containers_are_weakened_and_hardened() {
        let cases = [
            (json!({ "readonlyRootFilesystem": true }), json!({})),
            (json!({}), json!({ "privileged": true })),
            (json!({ "user": "1000:1000" }), json!({ "user": "0" })),
            (json!({ "user": "app" }), json!({})),
            (json!({}), json!({ "linuxParameters": { "capabilities": { "add": ["SYS_ADMIN"] } } })),
            (json!({ "linuxParameters": { "capabilities": { "drop": ["ALL"] } } }), json!({})),
            (
                json!({ "secrets": [{ "name": "KEY", "valueFrom": "a" }] }),
                json!({ "environment": [{ "name": "KEY", "value": "x" }] }),
            ),
            (json!({ "logConfiguration": { "logDriver": "awslogs" } }), json!({})),
            (json!({ "image": "r/web:1.2" }), json!({ "image": "r/web:latest" })),
            (json!({ "image": "r/web@sha256:abc" }), json!({ "image": "r/web" })),
        ];
        for (safe, weak) in cases {
            check(
                KIND,
                Replace,
                task(safe.clone()),
                task(weak.clone()),
                &["wider-exposure container-weakened", "safe task-revision"],
            );
            check(KIND, Replace, task(weak), task(safe), &["safe task-revision"]);
        }
        let moved = (json!({ "image": "r:5000/web:1.2" }), json!({ "image": "r:5000/web:1.3" }));
        check(KIND, Replace, task(moved.0), task(moved.1), &["safe task-revision"]);
        let said = reasons(KIND, Replace, task(json!({})), task(json!({ "privileged": true })));
        assert_eq!(said[0], "the container `web` has root's powers over its host");
    }

    #[test]
    fn the_host_is_shared() {
        let mode = |mode: &str| json!({ "family": "web", "pid_mode": mode });
        check(KIND, Replace, mode("task"), mode("host"), &["wider-exposure container-weakened", "safe task-revision"]);
        let volume = |volume: Json| json!({ "family": "web", "volume": [volume] });
        let (own, host) = (json!({ "name": "v" }), json!({ "name": "v", "host_path": "/" }));
        check(KIND, Replace, volume(own), volume(host), &["wider-exposure container-weakened", "safe task-revision"]);
    }
}
