/** Words of the chamber that nobody is seated in yet, in English; the keys are those of `empty.pt-BR.ts`. */
import type { EmptyMessages } from "./empty.pt-BR";

export const emptyEn: EmptyMessages = {
  steps: "Three steps to the first verdict",
  step1: "Choose somebody from the catalogue",
  step1More: "Suggestions stand beside. Everything can be changed before the seat is given.",
  step2: "Look at the schedule",
  step2More: "The next slots show while you write.",
  step3: "Have it run now",
  step3More: "The first verdict arrives here and in the footer, without a reload.",
  candidates: "Candidates",
  all: "See the catalogue",
  blank: "Begin with a blank form",
  mayNot: "Giving seats on this page needs the role admin. Whoever runs the server can promote, or apply a file.",
  free: "Those without cost use no model: they are built-in checks.",
  files: "Rather files?",
  filesMore: "One .md a councilor in council/, kept with the code, and then:",
  example: "A whole councilor that works",
  exampleFile: "council/large-files.md",
  exampleTitle: "File sweeper",
  exampleTask: "Files that grew too much",
  exampleBody: "Point out the files that are too large for a person to read.",
  faces: "The face is the verdict",
  face: {
    proud: "Improved",
    serene: "In order",
    attentive: "Note",
    worried: "Warning",
    distressed: "Error",
    absent: "Missed",
    on_leave: "On leave",
  },
};
