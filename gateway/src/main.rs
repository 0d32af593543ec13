//! `helpline`: see [`helpline_gateway::cli`].

fn main() -> std::process::ExitCode {
    helpline_gateway::cli::main()
}
