// The drawings of the icons for files, as SVG paths on a 24 × 24 grid.

export const FILE_ICONS = {
  file: 'M6 3.5h8l4 4v13H6zM14 3.5v4h4',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9h.01',
  film: 'M4 5h16v14H4zM10 9.5v5l4.5-2.5z',
  sound: 'M9 17.5V6l10-2v11.5M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0M19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0',
  archive: 'M4 5h16v4H4zM5.5 9v11h13V9M10 13h4',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  close: 'M6 6l12 12M18 6L6 18',
  again: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9M20 4v5h-5',
  before: 'M15 5l-7 7 7 7',
  after: 'M9 5l7 7-7 7',
  shield: 'M12 3.5l7.5 3v5.2c0 4.3-3 7.5-7.5 8.8-4.5-1.3-7.5-4.5-7.5-8.8V6.5zM9.5 9.5l5 5M14.5 9.5l-5 5',
} as const
