import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const features = ["session", "search", "conversation", "message", "channels"];

/** What a room must not import: messages say which way imports run. */
function closed(...patterns) {
  return ["error", { patterns: patterns.map(([group, message]) => ({ group, message })) }];
}

const noApp = [["@/app/*", "@/app"], "Imports run app -> features -> components -> lib."];
const noFeatures = [["@/features/*"], "Imports run app -> features -> components -> lib."];
const noComponents = [["@/components/*"], "lib knows nothing of React components."];
const noTesting = [["@/testing/*"], "Test fixtures stay out of the product."];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/lib/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks, "jsx-a11y": jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.recommended.rules,
      "max-lines": ["error", { max: 300 }],
      "no-restricted-globals": ["error", "localStorage"],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Messages are hostile input: build React nodes instead.",
        },
        { selector: "Property[key.name='dangerouslySetInnerHTML']", message: "Messages are hostile input." },
        {
          selector: "AssignmentExpression[left.property.name=/^(inner|outer)HTML$/]",
          message: "Messages are hostile input: build React nodes instead.",
        },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["src/lib/**"], rules: { "no-restricted-imports": closed(noApp, noFeatures, noComponents, noTesting) } },
  { files: ["src/components/**"], rules: { "no-restricted-imports": closed(noApp, noFeatures, noTesting) } },
  ...features.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: {
      "no-restricted-imports": closed(noApp, noTesting, [
        features.filter((other) => other !== feature).map((other) => `@/features/${other}/*`),
        "A feature can be deleted without touching another.",
      ]),
    },
  })),
  { files: ["src/**/*.test.{ts,tsx}", "src/testing/**"], rules: { "no-restricted-imports": "off", "max-lines": "off" } },
  { files: ["eslint.config.js"], ...tseslint.configs.disableTypeChecked },
);
