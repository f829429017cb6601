/** Published without types; as far as docs.ts needs it. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface DocsAnswer {
    ok: boolean;
    url: string;
    text: string;
  }
  export default function SwaggerUI(options: {
    dom_id: string;
    url: string;
    deepLinking?: boolean;
    docExpansion?: "list" | "full" | "none";
    defaultModelsExpandDepth?: number;
    filter?: boolean;
    validatorUrl?: string | null;
    responseInterceptor?: (response: DocsAnswer) => DocsAnswer;
  }): unknown;
}
