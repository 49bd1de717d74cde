// A rectangle on the ground.
uniform mat4 u_camera;
uniform mat4 u_light;
uniform vec2 u_middle;
uniform vec2 u_half;
uniform float u_height;

out vec2 v_place;
out vec2 v_share;  // -1 to 1 over the rectangle
out vec3 v_shadow;

const vec2 CORNERS[4] = vec2[4](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(1, 1));

void main() {
    v_share = CORNERS[gl_VertexID];
    v_place = u_middle + u_half * v_share;
    vec4 world = vec4(v_place, u_height, 1.0);
    v_shadow = (u_light * world).xyz;
    gl_Position = u_camera * world;
}
