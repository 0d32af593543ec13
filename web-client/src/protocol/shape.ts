// Building blocks for decoders.

export * from './shape-first.ts'
export * from './shape-more.ts'
