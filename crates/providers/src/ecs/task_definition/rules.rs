//! What AWS refuses in a task definition, known before it is asked.
//!
//! In: arguments, some of them unknown. Out: violations. It must not know Fargate's sizes, which
//! have a file of their own.

use model::schema::{Checked, Rule, Violation};
use model::{Planned, Tree};

use crate::checks::fargate;

/// The rules over a task definition's arguments.
pub const RULES: &[Rule] =
    &[Rule::Check(fargate::check), Rule::Check(ports), Rule::Check(volumes), Rule::Check(essential)];

/// Under `awsvpc` a task has its own network interface, so a container's port is the host's:
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>.
fn ports(it: &Checked<'_>) -> Vec<Violation> {
    let Some(mode @ ("awsvpc" | "host")) = it.text("network_mode") else { return Vec::new() };
    let mut violations = Vec::new();
    for container in containers(it) {
        for port in members(container, "portMappings") {
            let number = |name| match port.get(name) {
                Some(Tree::Int(number)) => Some(*number),
                _ => None,
            };
            if let (Some(inside), Some(outside)) = (number("containerPort"), number("hostPort"))
                && inside != outside
            {
                let name = name_of(container);
                violations.push(Violation {
                    code: "host-port-differs",
                    warning: false,
                    argument: "container_definitions",
                    message: format!(
                        "container `{name}` maps port {inside} to host port {outside}, which network mode `{mode}` does not allow"
                    ),
                    help: Some(format!("leave out `hostPort`, or set it to {inside}")),
                });
            }
        }
    }
    violations
}

/// A container can mount only what the task declares. Nothing is said while a name is unknown.
fn volumes(it: &Checked<'_>) -> Vec<Violation> {
    let declared: Vec<&Planned> = members(it.inputs, "volume").iter().filter_map(|volume| volume.get("name")).collect();
    if it.inputs.get("volume").is_some_and(Tree::has_hole) {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for container in containers(it) {
        for mount in members(container, "mountPoints") {
            let Some(wanted) = mount.get("sourceVolume").and_then(Tree::as_text) else { continue };
            if declared.iter().any(|name| name.as_text() == Some(wanted)) {
                continue;
            }
            violations.push(Violation {
                code: "unknown-volume",
                warning: false,
                argument: "container_definitions",
                message: format!(
                    "container `{}` mounts `{wanted}`, which is no volume of the task",
                    name_of(container)
                ),
                help: Some(format!("add `[[….volume]]` with `name = \"{wanted}\"`")),
            });
        }
    }
    violations
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>: "All
/// tasks must have at least one essential container."
fn essential(it: &Checked<'_>) -> Vec<Violation> {
    let all = containers(it);
    let optional = |container: &Planned| matches!(container.get("essential"), Some(Tree::Bool(false)));
    if all.is_empty() || !all.iter().all(optional) {
        return Vec::new();
    }
    vec![Violation {
        code: "no-essential-container",
        warning: false,
        argument: "container_definitions",
        message: "no container is essential, so the task would never count as stopped".to_owned(),
        help: Some("leave out `essential = false` in one container".to_owned()),
    }]
}

fn containers<'a>(it: &Checked<'a>) -> &'a [Planned] {
    members(it.inputs, "container_definitions")
}

fn members<'a>(of: &'a Planned, name: &str) -> &'a [Planned] {
    of.get(name).and_then(Tree::as_list).unwrap_or_default()
}

fn name_of(container: &Planned) -> &str {
    container.get("name").and_then(Tree::as_text).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of what is wrong with arguments given as JSON.
    fn check(inputs: &serde_json::Value) -> Vec<&'static str> {
        let inputs = model::Known::from_json(inputs).widen();
        let checked = Checked { inputs: &inputs, creating: true };
        let checks = RULES.iter().filter_map(|rule| match rule {
            Rule::Check(check) => Some(check),
            Rule::Conflicts(_) | Rule::ExactlyOne(_) | Rule::AtLeastOne(_) | Rule::RequiredWith(..) => None,
        });
        checks.flat_map(|check| check(&checked)).map(|it| it.code).collect()
    }

    #[test]
    fn ports_under_awsvpc_are_the_containers() {
        let with = |mode: &str, host: i64| {
            let port = serde_json::json!({ "containerPort": 80, "hostPort": host });
            let container = serde_json::json!({ "name": "a", "portMappings": [port] });
            check(&serde_json::json!({ "network_mode": mode, "container_definitions": [container] }))
        };
        assert_eq!(with("awsvpc", 80), [""; 0]);
        assert_eq!(with("awsvpc", 8080), ["host-port-differs"]);
        assert_eq!(with("bridge", 8080), [""; 0]);
    }

    #[test]
    fn mounts_need_volumes_and_tasks_an_essential_container() {
        let mounts = serde_json::json!([{ "sourceVolume": "data", "containerPath": "/data" }]);
        let container = serde_json::json!({ "name": "a", "mountPoints": mounts, "essential": false });
        let alone = serde_json::json!({ "container_definitions": [container] });
        assert_eq!(check(&alone), ["unknown-volume", "no-essential-container"]);
        let two = serde_json::json!({
            "container_definitions": [container, { "name": "b" }],
            "volume": [{ "name": "data" }],
        });
        assert_eq!(check(&two), [""; 0]);
    }
}
