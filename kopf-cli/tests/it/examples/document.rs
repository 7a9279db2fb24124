//! Reads a README as the steps that it tells its reader to take.
//!
//! A block of `console` has commands, each behind `$ `, and what they print; a line that is `…` stands for any lines, and
//! `^C` for Ctrl-C. What `export` sets is for all commands behind it. A block without a command goes on with what the last
//! command that still runs prints. A block of another language is a file if the line above it ends in the file's name:
//! `` `src/lib.rs`: ``.

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Writes a file, its name relative to where the reader is.
    File { name: String, text: String },
    /// Types a command. It stands at this line of the README.
    Command { line: usize, command: String },
    /// Sees what the last command prints; if it `resumes`, the last one that still runs. At this line of the README.
    Output { line: usize, expected: Vec<String>, resumes: bool, on_cluster: bool },
    /// Presses Ctrl-C.
    Interrupt { on_cluster: bool },
}

impl Step {
    /// Whether it cannot be taken without a cluster.
    pub(super) fn needs_cluster(&self) -> bool {
        match self {
            Step::File { .. } => false,
            Step::Command { command, .. } => needs_cluster(command),
            Step::Output { on_cluster, .. } | Step::Interrupt { on_cluster } => *on_cluster,
        }
    }
}

fn needs_cluster(command: &str) -> bool {
    command.starts_with("kubectl ") || (command.contains("kopf run") && !command.contains("--sandbox"))
}

/// The steps of a README, from the top.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut on_cluster = false;
    let mut above = "";
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    while let Some((_, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.is_empty() {
                above = line;
            }
            continue;
        };
        let block: Vec<_> = lines.by_ref().take_while(|(_, line)| *line != "```").collect();
        let above = std::mem::take(&mut above);
        let name = above.strip_suffix("`:").and_then(|above| above.rsplit('`').next());
        match (language, name) {
            ("console", _) => console(&block, &mut steps, &mut on_cluster),
            (_, Some(name)) => {
                let text = block.iter().map(|(_, line)| format!("{line}\n")).collect();
                steps.push(Step::File { name: name.to_owned(), text });
            }
            _ => {}
        }
    }
    steps
}

fn console(block: &[(usize, &str)], steps: &mut Vec<Step>, on_cluster: &mut bool) {
    // A command may go on after a backslash.
    let mut unfinished = false;
    let mut begins = true;
    for &(line, text) in block {
        match (text.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step::Command { line, command: command.to_owned() }),
            (None, Some(Step::Command { command, .. })) if unfinished => {
                command.truncate(command.len() - 1);
                command.push_str(text.trim_start());
            }
            (None, _) if text == "^C" => steps.push(Step::Interrupt { on_cluster: *on_cluster }),
            (None, Some(Step::Output { expected, .. })) if !begins => expected.push(text.to_owned()),
            (None, _) => {
                let expected = vec![text.to_owned()];
                steps.push(Step::Output { line, expected, resumes: begins, on_cluster: *on_cluster });
            }
        }
        begins = false;
        unfinished = matches!(steps.last(), Some(Step::Command { command, .. }) if command.ends_with('\\'));
        if let Some(Step::Command { command, .. }) = steps.last() {
            *on_cluster = needs_cluster(command);
        }
    }
}

#[test]
fn a_readme_becomes_steps() {
    let readme = r#"
Type this:

```console
$ kopf run --sandbox \
    --verbose
[now] ready
$ kubectl get pods
```

It goes on:

```console
and on
^C
stopped
```

`Cargo.toml`:

```toml
[package]
```

```rust
not(a_file);
```
"#;
    let command = |line, command: &str| Step::Command { line, command: command.to_owned() };
    let output = |line, text: &str, resumes, on_cluster| {
        let expected = vec![text.to_owned()];
        Step::Output { line, expected, resumes, on_cluster }
    };
    let expected = [
        command(5, "kopf run --sandbox --verbose"),
        output(7, "[now] ready", false, false),
        command(8, "kubectl get pods"),
        output(14, "and on", true, true),
        Step::Interrupt { on_cluster: true },
        output(16, "stopped", false, true),
        Step::File { name: "Cargo.toml".to_owned(), text: "[package]\n".to_owned() },
    ];
    assert_eq!(steps(readme), expected);
}
