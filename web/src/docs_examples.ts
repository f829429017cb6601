/** What /docs fills in before somebody tries an operation. */

interface Parameter {
  required?: boolean;
  example?: unknown;
}

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
}

/**
 * The description without the examples of what may be left out: the form would be filled with all of
 * them, and a list that is asked for with every filter at once is empty.
 */
export function withoutOptionalExamples(text: string): string {
  const document = JSON.parse(text) as OpenApi;
  for (const operations of Object.values(document.paths)) {
    for (const { parameters = [] } of Object.values(operations)) {
      for (const parameter of parameters) {
        if (!parameter.required) {
          delete parameter.example;
        }
      }
    }
  }
  return JSON.stringify(document);
}
