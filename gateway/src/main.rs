//! The program `helpline`. [`helpline_gateway::cli`] has its commands.

/// The memory allocator. With glibc's allocator, an idle connection would cost 14 KiB instead of 7
/// (`helpline-loadtest bench idle`): glibc keeps the memory that the HTTP requests of a crowd of
/// connecting clients have used.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    helpline_gateway::cli::main()
}
