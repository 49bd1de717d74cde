// The shadow that objects cast on the ground.
in vec3 v_shadow;

uniform float u_shade;

out vec4 colour;

void main() {
    float dark = 1.0 - 0.5 * (lit(v_shadow, 1.2) + lit(v_shadow, 3.0));
    colour = vec4(vec3(0.0), u_shade * dark);
}
