// The soft darkness where an object meets the ground.
in vec2 v_place;

uniform sampler2D u_contact;
uniform float u_shade;

out vec4 colour;

void main() {
    // rows of the texture run along y of the grid
    float dark = texture(u_contact, v_place.yx).r;
    colour = vec4(vec3(0.0), u_shade * dark);
}
