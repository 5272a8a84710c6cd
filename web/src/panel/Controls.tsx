import { Fragment } from "preact";
import type { ParameterDeclaration } from "../messages";
import { useStage } from "./context";
import { DreamSection } from "./DreamSection";
import { MixSelect } from "./MixSelect";
import { Parameter } from "./Parameter";
import { RecordingsSection } from "./RecordingsSection";
import { TargetSection } from "./TargetSection";

/** All controls: what to dream of, how to go about it, and every parameter of the dreamer. */
export function Controls() {
  const { welcome } = useStage();
  if (!welcome.value) return <p class="quiet">Waiting for the server …</p>;
  return (
    <>
      <TargetSection />
      <DreamSection />
      {groups(welcome.value.parameters.filter(({ place }) => place === "deck")).map(
        ([group, parameters]) => (
          <details class="group" key={group} open>
            <summary title={`Shows or hides the parameters of ${group}`}>{group}</summary>
            {parameters.map((parameter) => (
              <Fragment key={parameter.name}>
                <Parameter parameter={parameter} />
                {parameter.name === "mix" && <MixSelect />}
              </Fragment>
            ))}
          </details>
        ),
      )}
      <RecordingsSection />
    </>
  );
}

/** The parameters by group, in the order of their declaration. */
export function groups(parameters: ParameterDeclaration[]): [string, ParameterDeclaration[]][] {
  const byGroup = new Map<string, ParameterDeclaration[]>();
  for (const parameter of parameters) {
    const group = parameter.group || "Dreaming";
    byGroup.set(group, [...(byGroup.get(group) ?? []), parameter]);
  }
  return [...byGroup];
}
