import type { TeamKey } from './english-team.ts'

export const ARABIC_TEAM: Readonly<Partial<Record<TeamKey, string>>> = {}
