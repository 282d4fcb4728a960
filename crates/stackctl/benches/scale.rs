//! What each stage from text to plan costs with the real kinds, as JSON: one report a line, for
//! 1,000, 10,000 and 100,000 resources or for the sizes and shapes that are asked for
//! (`10000 chain fan-in`). A process a report, so that none has the memory of the one before.

use std::process::{Command, ExitCode};

use peak_alloc::PeakAlloc;
use scale::{Shape, generate, measure};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let done = match arguments.as_slice() {
        [only, size, shape] if only == "report" => report(size, shape),
        _ => reports(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}

fn reports(arguments: &[String]) -> Result<(), String> {
    let (sizes, shapes): (Vec<String>, Vec<String>) =
        arguments.iter().cloned().partition(|it| it.chars().all(|it| it.is_ascii_digit()));
    let or = |given: Vec<String>, usual: &[&str]| match given.is_empty() {
        true => usual.iter().map(|it| (*it).to_owned()).collect(),
        false => given,
    };
    let sizes = or(sizes, &["1000", "10000", "100000"]);
    let itself = std::env::current_exe().map_err(|it| it.to_string())?;
    for shape in or(shapes, &["mixed"]) {
        for size in &sizes {
            let status = Command::new(&itself).args(["report", size, &shape]).status().map_err(|it| it.to_string())?;
            if !status.success() {
                return Err(format!("{shape} of {size} failed: {status}"));
            }
        }
    }
    Ok(())
}

fn report(size: &str, shape: &str) -> Result<(), String> {
    let number = size.parse().map_err(|_| format!("`{size}` is no size"))?;
    let named = Shape::ALL.iter().find(|(name, _)| *name == shape);
    let (_, named) = named.ok_or_else(|| format!("no shape is called `{shape}`"))?;
    let report = measure(&providers::catalog(), &generate(*named, number))?;
    let mut json = serde_json::to_value(&report).map_err(|it| it.to_string())?;
    json["shape"] = shape.into();
    println!("{json}");
    Ok(())
}
