//! The program `helpline`. [`helpline_gateway::cli`] has its commands.

/// The memory allocator. glibc's would keep the memory that a crowd of connecting clients used for
/// their HTTP requests: 14 KiB for each connection instead of 7 (`helpline-loadtest bench idle`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    helpline_gateway::cli::main()
}
