import type { PageKey } from './english-page.ts'

export const ARABIC_PAGE: Readonly<Partial<Record<PageKey, string>>> = {}
