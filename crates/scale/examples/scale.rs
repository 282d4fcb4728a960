//! What each stage costs, with kinds that are known without the AWS SDK:
//! `scale SIZE [SHAPE]` prints it as JSON, `scale SIZE SHAPE FOLDER` writes the manifest instead.

use std::process::ExitCode;

use peak_alloc::PeakAlloc;
use scale::{Shape, generate, kinds, measure};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<String>>()) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let mut arguments = arguments.iter().map(String::as_str);
    let size = arguments.next().unwrap_or("10000").parse().map_err(|_| "the size is a number".to_owned())?;
    let name = arguments.next().unwrap_or("mixed");
    let shape = Shape::ALL.iter().find(|(it, _)| *it == name).map(|(_, shape)| *shape);
    let files = generate(shape.ok_or_else(|| format!("no shape is called `{name}`"))?, size);
    if let Some(folder) = arguments.next() {
        for (name, text) in &files {
            std::fs::write(std::path::Path::new(folder).join(name), text).map_err(|it| it.to_string())?;
        }
        return Ok(format!("{} files", files.len()));
    }
    let report = measure(&kinds::CATALOG, &files)?;
    serde_json::to_string_pretty(&report).map_err(|it| it.to_string())
}
