import type { CommonKey } from './english.ts'

export const ARABIC: Readonly<Partial<Record<CommonKey, string>>> = {}
