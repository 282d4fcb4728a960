//! What Fargate refuses in a task definition: sizes, network mode, log drivers.
//!
//! In: arguments, some of them unknown. Out: violations. It must not know services or clusters.

use model::schema::{Checked, Violation};
use model::{Known, Planned, Tree};

/// CPU units, and the memory in MiB that goes with them: least, most, and the step between.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size>
const SIZES: &[(i64, i64, i64, i64)] = &[
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16_384, 1024),
    (4096, 8192, 30_720, 1024),
    (8192, 16_384, 61_440, 4096),
    (16_384, 32_768, 122_880, 8192),
];

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>
const LOG_DRIVERS: &[&str] = &["awslogs", "splunk", "awsfirelens"];

/// Checks a task definition that requires compatibility with Fargate.
pub fn check(it: &Checked<'_>) -> Vec<Violation> {
    let required = it.inputs.get("requires_compatibilities").and_then(Tree::as_list).unwrap_or_default();
    if !required.iter().any(|name| name.as_text() == Some("FARGATE")) {
        return Vec::new();
    }
    let mut violations = size(it);
    violations.extend(network(it));
    violations.extend(containers(it));
    violations
}

/// CPU units of a text as AWS takes it: `256`, `.25 vCPU`.
#[must_use]
pub fn cpu_units(text: &str) -> Option<i64> {
    amount(text, "vcpu")
}

/// MiB of a text as AWS takes it: `512`, `0.5GB`.
#[must_use]
pub fn memory_mib(text: &str) -> Option<i64> {
    amount(text, "gb")
}

/// Whether two texts mean the same CPU units: AWS answers the number alone.
#[must_use]
pub fn same_cpu(desired: &Known, live: &Known) -> bool {
    same(desired, live, cpu_units)
}

/// Whether two texts mean the same memory: AWS answers MiB alone.
#[must_use]
pub fn same_memory(desired: &Known, live: &Known) -> bool {
    same(desired, live, memory_mib)
}

fn same(desired: &Known, live: &Known, read: fn(&str) -> Option<i64>) -> bool {
    let value = |it: &Known| it.as_text().and_then(read);
    desired == live || value(desired).is_some_and(|desired| value(live) == Some(desired))
}

/// A number, or a number of units of which each is 1024.
fn amount(text: &str, unit: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let Some(number) = text.strip_suffix(unit) else { return text.parse().ok() };
    let scaled = number.trim().parse::<f64>().ok()? * 1024.0;
    // Task sizes are far below 2^53, and anything else is not whole.
    #[allow(clippy::cast_possible_truncation)]
    (scaled.fract() == 0.0 && (0.0..1e9).contains(&scaled)).then_some(scaled as i64)
}

fn size(it: &Checked<'_>) -> Vec<Violation> {
    let set = |name: &str| it.inputs.get(name).is_some_and(|value| !value.is_null());
    let missing = ["cpu", "memory"].into_iter().filter(|name| !set(name));
    let mut violations: Vec<Violation> = missing
        .map(|name| {
            let message = format!("Fargate needs `{name}` of the task");
            violation("fargate-size-missing", name, message, Some(format!("set `{name}`, as `{}`", example(name))))
        })
        .collect();
    let Some(cpu) = it.text("cpu") else { return violations };
    let units = cpu_units(cpu);
    let Some((_, least, most, step)) = SIZES.iter().find(|size| Some(size.0) == units) else {
        let known: Vec<String> = SIZES.iter().map(|size| size.0.to_string()).collect();
        let message = format!("Fargate has no task size of {cpu} CPU units");
        violations.push(violation("fargate-cpu", "cpu", message, Some(format!("choose one of {}", known.join(", ")))));
        return violations;
    };
    let Some(memory) = it.text("memory") else { return violations };
    let fits = |mib: i64| (*least..=*most).contains(&mib) && (mib - least) % step == 0;
    if !memory_mib(memory).is_some_and(fits) {
        let message = format!("Fargate does not run {cpu} CPU units with {memory} of memory");
        let help = format!("with {cpu} CPU units, memory goes from {least} to {most} MiB in steps of {step}");
        violations.push(violation("fargate-memory", "memory", message, Some(help)));
    }
    violations
}

fn example(name: &str) -> &'static str {
    if name == "cpu" { "256" } else { "512" }
}

fn network(it: &Checked<'_>) -> Vec<Violation> {
    let wrong = match it.inputs.get("network_mode") {
        None | Some(Tree::Null) => "unset, which means `bridge`".to_owned(),
        Some(Tree::Text(mode)) if mode != "awsvpc" => format!("`{mode}`"),
        Some(_) => return Vec::new(),
    };
    let message = format!("Fargate needs the network mode `awsvpc`, and `network_mode` is {wrong}");
    vec![violation("fargate-network-mode", "network_mode", message, Some("set `network_mode = \"awsvpc\"`".to_owned()))]
}

fn containers(it: &Checked<'_>) -> Vec<Violation> {
    let all = it.inputs.get("container_definitions").and_then(Tree::as_list).unwrap_or_default();
    let mut violations = Vec::new();
    for container in all {
        let name = container.get("name").and_then(Tree::as_text).unwrap_or("?");
        let driver = container.get("logConfiguration").and_then(|it| it.get("logDriver")).and_then(Tree::as_text);
        if let Some(driver) = driver.filter(|it| !LOG_DRIVERS.contains(it)) {
            let message = format!("container `{name}` logs through `{driver}`, which Fargate does not have");
            let help = format!("choose one of {}", LOG_DRIVERS.join(", "));
            violations.push(violation("fargate-log-driver", "container_definitions", message, Some(help)));
        }
        if matches!(container.get("privileged"), Some(Tree::Bool(true))) {
            let message = format!("container `{name}` is privileged, which Fargate does not allow");
            violations.push(violation("fargate-privileged", "container_definitions", message, None));
        }
    }
    violations.extend(total(it, all));
    violations
}

/// What the containers reserve together must fit into the task.
fn total(it: &Checked<'_>, all: &[Planned]) -> Option<Violation> {
    let limit = it.text("memory").and_then(memory_mib)?;
    let reserved = |container: &Planned| {
        let number = |name| match container.get(name) {
            Some(Tree::Int(number)) => Some(*number),
            _ => None,
        };
        number("memoryReservation").or_else(|| number("memory")).unwrap_or(0)
    };
    let sum: i64 = all.iter().map(reserved).sum();
    (sum > limit).then(|| {
        let message = format!("the containers reserve {sum} MiB of memory, and the task has {limit}");
        violation("fargate-memory-exceeded", "container_definitions", message, None)
    })
}

fn violation(code: &'static str, argument: &'static str, message: String, help: Option<String>) -> Violation {
    Violation { code, warning: false, argument, message, help }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_of(pairs: &[(&str, Planned)]) -> Vec<&'static str> {
        let fargate = Tree::List(vec![Tree::text("FARGATE")]);
        let mut inputs = vec![("requires_compatibilities", fargate), ("network_mode", Tree::text("awsvpc"))];
        inputs.extend(pairs.iter().cloned());
        let inputs = Tree::map(inputs);
        check(&Checked { inputs: &inputs, creating: true }).into_iter().map(|it| it.code).collect()
    }

    fn sized(cpu: &str, memory: &str) -> Vec<&'static str> {
        check_of(&[("cpu", Tree::text(cpu)), ("memory", Tree::text(memory))])
    }

    #[test]
    fn sizes_are_those_of_the_documentation() {
        for (cpu, memory) in [
            ("256", "512"),
            ("256", "2048"),
            (".25 vCPU", "1 GB"),
            ("0.5vcpu", "4GB"),
            ("4096", "30720"),
            ("8192", "20480"),
            ("16 vCPU", "120 GB"),
        ] {
            assert_eq!(sized(cpu, memory), [""; 0], "{cpu} with {memory}");
        }
        for (cpu, memory) in
            [("256", "4096"), ("256", "700"), ("1024", "1024"), ("8192", "17408"), ("16384", "36864"), ("512", "lots")]
        {
            assert_eq!(sized(cpu, memory), ["fargate-memory"], "{cpu} with {memory}");
        }
        assert_eq!(sized("300", "512"), ["fargate-cpu"]);
        assert_eq!(check_of(&[]), ["fargate-size-missing", "fargate-size-missing"]);
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        let pending = || Tree::Secret(model::Secret::Keep);
        assert_eq!(check_of(&[("cpu", pending()), ("memory", pending()), ("network_mode", pending())]), [""; 0]);
    }

    #[test]
    fn containers_are_judged() {
        let container = Tree::map([
            ("name", Tree::text("app")),
            ("privileged", Tree::Bool(true)),
            ("memory", Tree::Int(4096)),
            ("logConfiguration", Tree::map([("logDriver", Tree::text("syslog"))])),
        ]);
        let codes = check_of(&[
            ("cpu", Tree::text("256")),
            ("memory", Tree::text("512")),
            ("network_mode", Tree::text("bridge")),
            ("container_definitions", Tree::List(vec![container])),
        ]);
        let expected = ["fargate-network-mode", "fargate-log-driver", "fargate-privileged", "fargate-memory-exceeded"];
        assert_eq!(codes, expected);
    }
}
