//! The program `helpline`. [`helpline_gateway::cli`] has its commands.

fn main() -> std::process::ExitCode {
    helpline_gateway::cli::main()
}
