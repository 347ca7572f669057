export const hash = (text: string): number => text.length;
