// The ground just below one object.
uniform mat4 u_camera;
uniform mat4 u_pose;
uniform vec4 u_area;  // middle x, y, half side, height, in voxels

out vec2 v_place;

const vec2 CORNERS[4] = vec2[4](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(1, 1));

void main() {
    vec2 corner = CORNERS[gl_VertexID];
    v_place = 0.5 + 0.5 * corner;
    gl_Position = u_camera * u_pose * vec4(u_area.xy + u_area.z * corner, u_area.w, 1.0);
}
